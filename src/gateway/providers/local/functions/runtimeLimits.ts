import { memoryExcess } from '../../../domain/limitExceeded.ts'
import type { Excess } from '../../../platform/sandbox/resourceWatch.ts'
import type { RuntimeEnd } from './runtimeEnd.ts'

/** What the processes of one function may use up, each with all that it starts. */
export interface RuntimeLimits {
  readonly memoryBytes: number
  /** Seconds of processor time for each call. */
  readonly cpuSeconds: number
}

/** Processes and threads of a sandbox. Python starts up to a hundred threads for the calls of one process. */
export const mostProcesses = 256

/** Seconds of processor time that loading the code may use where a call may use fewer. */
export const leastLoadCpuSeconds = 60

/** How a process has ended that was ended for what it used: the number, and the way out. */
export function endOfExcess({ limit }: Pick<Excess, 'limit'>, { memoryBytes, cpuSeconds }: RuntimeLimits): RuntimeEnd {
  switch (limit) {
    case 'bytes':
      return memoryExcess(memoryBytes)
    case 'cpuSeconds':
      return {
        reason: `it used more than ${seconds(cpuSeconds)} of processor time for a call`,
        wayOut:
          'Raise resources.cpuSeconds in function.yaml, or compute less; what goes on after an answer counts, too.',
      }
    case 'processes':
      return {
        reason: `it had more than ${mostProcesses} processes and threads`,
        wayOut: 'Start fewer at once, and wait for them.',
      }
  }
}

const seconds = (count: number): string => `${count} ${count === 1 ? 'second' : 'seconds'}`
