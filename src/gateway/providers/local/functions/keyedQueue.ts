/** Does work of one key one after the other; keys do not wait for each other. */
export interface KeyedQueue {
  /** Settles as the work does; a failure does not stop what comes after it. */
  add<T>(key: string, work: () => Promise<T>): Promise<T>
}

/** An empty queue. */
export function createKeyedQueue(): KeyedQueue {
  const last = new Map<string, Promise<unknown>>()
  return {
    add: (key, work) => {
      const turn = (last.get(key) ?? Promise.resolve()).then(work)
      const settled: Promise<unknown> = turn
        .catch(() => undefined)
        .then(() => {
          if (last.get(key) === settled) last.delete(key)
        })
      last.set(key, settled)
      return turn
    },
  }
}
