import { openUseMeter, type ProcessUse, type RootCounts } from './processUse.ts'

/** What a tree of processes may use. */
export interface WatchedLimits {
  readonly bytes: number
  readonly processes: number
}

/** What it used when it was found above a limit. */
export interface Excess extends ProcessUse {
  readonly limit: 'bytes' | 'processes' | 'cpuSeconds'
}

/** A tree that is watched until this is disposed. */
export interface Watched extends Disposable {
  /**
   * From now on it may use so many seconds of processor time: in all, or besides what it has left. Without a word it may
   * use any.
   */
  allowCpu(seconds: number, how: 'in all' | 'besides'): void
}

/** Looks at all sandboxes with one timer. */
export interface ResourceWatch extends Disposable {
  /**
   * Watches what descends from a process; `onExcess` is called once, from the timer, and has to end it. Without
   * `rootCounts` the process itself does not count.
   */
  watch(root: number, limits: WatchedLimits, onExcess: (excess: Excess) => void, rootCounts?: RootCounts): Watched
}

/** How often it looks at the processes that it knows. One that allocates as fast as it can passes its limit by 100 MB. */
export const lookMs = 50
/** Every how many looks it looks for new processes and at processor time, too; more often as soon as half of the memory is used. */
const fullLookEvery = 4
/** The same as a time. */
export const fullLookMs = fullLookEvery * lookMs

/** Makes a watch. Its timer runs only while there is something to watch, and keeps no process alive. */
export function createResourceWatch(): ResourceWatch {
  const watched = new Map<() => void, () => void>()
  let timer: NodeJS.Timeout | undefined
  const stop = () => {
    clearInterval(timer)
    timer = undefined
  }
  const lookAtAll = () => {
    for (const look of [...watched.keys()]) look()
  }
  return {
    watch: (root, limits, onExcess, rootCounts = 'does not count') => {
      const meter = openUseMeter(root, rootCounts)
      const cpu = createCpuAllowance()
      let looks = 0
      const look = () => {
        if (looks++ % fullLookEvery !== 0 && meter.residentBytes() < limits.bytes / 2) return
        const use = meter.use()
        const limit = limitPassed(use, limits) ?? (cpu.isUsedUp(use.cpuSeconds) ? 'cpuSeconds' : undefined)
        if (limit === undefined) return
        forget()
        onExcess({ ...use, limit })
      }
      const forget = () => {
        watched.delete(look)
        meter[Symbol.dispose]()
        if (watched.size === 0) stop()
      }
      watched.set(look, forget)
      timer ??= setInterval(lookAtAll, lookMs).unref()
      return { [Symbol.dispose]: forget, allowCpu: cpu.allow }
    },
    [Symbol.dispose]: () => {
      for (const forget of [...watched.values()]) forget()
      stop()
    },
  }
}

function limitPassed(use: ProcessUse, limits: WatchedLimits): 'bytes' | 'processes' | undefined {
  if (use.bytes > limits.bytes) return 'bytes'
  return use.processes > limits.processes ? 'processes' : undefined
}

/** What is allowed counts from the next look: nobody measures for it alone. */
function createCpuAllowance() {
  let end = Number.POSITIVE_INFINITY
  /** Allowed since the last look. */
  let anew: number | undefined
  return {
    allow: (seconds: number, how: 'in all' | 'besides') => {
      if (how === 'in all') anew = seconds
      else if (anew !== undefined) anew += seconds
      else end += seconds
    },
    isUsedUp: (used: number): boolean => {
      if (anew !== undefined) end = used + anew
      anew = undefined
      return used > end
    },
  }
}
