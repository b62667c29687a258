/** Does work one after the other. */
export interface Queue {
  /** Settles as the work does; a failure does not stop what comes after it. */
  add<T>(work: () => Promise<T>): Promise<T>
  /** Resolves when nothing is waiting. */
  settled(): Promise<void>
}

/** An empty queue. */
export function createQueue(): Queue {
  let last: Promise<unknown> = Promise.resolve()
  return {
    add: work => {
      const turn = last.then(work)
      last = turn.catch(() => undefined)
      return turn
    },
    settled: async () => {
      for (let seen: unknown; seen !== last; ) {
        seen = last
        await last
      }
    },
  }
}
