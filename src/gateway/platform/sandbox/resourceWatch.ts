import { openUseMeter, type ProcessUse } from './processUse.ts'

/** What a sandbox may use. */
export interface WatchedLimits {
  readonly bytes: number
  readonly processes: number
}

/** What a sandbox used when it was found above a limit. */
export interface Excess extends ProcessUse {
  readonly limit: 'bytes' | 'processes'
}

/** Looks at all sandboxes with one timer. */
export interface ResourceWatch extends Disposable {
  /**
   * Watches what descends from a process until the answer is disposed; `onExcess` is called once, from the timer, and
   * has to end the sandbox.
   */
  watch(root: number, limits: WatchedLimits, onExcess: (excess: Excess) => void): Disposable
}

/** How often it looks at the processes that it knows. One that allocates as fast as it can passes its limit by 100 MB. */
const intervalMs = 50
/** Every how many looks it looks for new processes, too; more often as soon as half of the memory is used. */
const fullLookEvery = 4

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
    watch: (root, limits, onExcess) => {
      const meter = openUseMeter(root)
      let looks = 0
      const look = () => {
        if (looks++ % fullLookEvery !== 0 && meter.residentBytes() < limits.bytes / 2) return
        const use = meter.use()
        const limit = use.bytes > limits.bytes ? 'bytes' : use.processes > limits.processes ? 'processes' : undefined
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
      timer ??= setInterval(lookAtAll, intervalMs).unref()
      return { [Symbol.dispose]: forget }
    },
    [Symbol.dispose]: () => {
      for (const forget of [...watched.values()]) forget()
      stop()
    },
  }
}
