import type { RootCounts } from '../../../platform/sandbox/processUse.ts'
import type { ResourceWatch, Watched } from '../../../platform/sandbox/resourceWatch.ts'
import type { RuntimeEnd } from './runtimeEnd.ts'
import { endOfExcess, leastLoadCpuSeconds, type RuntimeLimits } from './runtimeLimits.ts'

/** Keeps one process, with all that it starts, within its function's limits. */
export interface LimitWatch extends Disposable {
  /** Why it was ended, if it was. */
  readonly exceeded: RuntimeEnd | undefined
  /** It becomes a function's; not for one that is gone. */
  begin(root: number, processes: number, limits: RuntimeLimits): void
  /** A call begins while there are so many others. */
  beginCall(others: number): void
}

/** What keeping them needs. */
export interface LimitWatchOptions {
  readonly watch: ResourceWatch['watch']
  readonly rootCounts: RootCounts
  /** Ends it. */
  readonly end: () => void
}

/** Nothing is watched before it is a function's. */
export function createLimitWatch({ watch, rootCounts, end }: LimitWatchOptions): LimitWatch {
  let exceeded: RuntimeEnd | undefined
  let watched: Watched | undefined
  let cpuSeconds = 0
  let isOver = false
  return {
    get exceeded() {
      return exceeded
    },
    begin: (root, processes, limits) => {
      if (isOver) return
      cpuSeconds = limits.cpuSeconds
      const onExcess = (excess: Parameters<typeof endOfExcess>[0]) => {
        exceeded = endOfExcess(excess, limits)
        end()
      }
      watched = watch(root, { bytes: limits.memoryBytes, processes }, onExcess, rootCounts)
      watched.allowCpu(Math.max(cpuSeconds, leastLoadCpuSeconds), 'in all')
    },
    beginCall: others => watched?.allowCpu(cpuSeconds, others === 0 ? 'in all' : 'besides'),
    [Symbol.dispose]: () => {
      isOver = true
      watched?.[Symbol.dispose]()
    },
  }
}
