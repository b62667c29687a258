/** Does work one after the other. */
export interface Queue {
  /** Settles as the work does; a failure does not stop what comes after it. */
  add<T>(work: () => Promise<T>): Promise<T>
  /** Resolves when nothing is waiting. */
  settled(): Promise<void>
  /** What is waiting or under way. */
  readonly size: number
}

/** Does work of one key one after the other; keys do not wait for each other. */
export interface KeyedQueue {
  /** Settles as the work does; a failure does not stop what comes after it. */
  add<T>(key: string, work: () => Promise<T>): Promise<T>
  /** Keys for which something is waiting or under way; no other key is remembered. */
  readonly size: number
}

/** An empty queue. */
export function createQueue(): Queue {
  let last: Promise<unknown> = Promise.resolve()
  let size = 0
  const leave = () => {
    size -= 1
  }
  return {
    add: work => {
      size += 1
      const turn = last.then(work)
      // The next one comes also after a failure, which is its own caller's to handle.
      last = turn.then(leave, leave)
      return turn
    },
    settled: async () => {
      for (let seen: unknown; seen !== last; ) {
        seen = last
        await last
      }
    },
    get size() {
      return size
    },
  }
}

/** A queue for each key, made when it is needed. */
export function createKeyedQueue(): KeyedQueue {
  const queues = new Map<string, Queue>()
  return {
    add: (key, work) => {
      const queue = queues.get(key) ?? createQueue()
      queues.set(key, queue)
      const turn = queue.add(work)
      const forget = () => {
        if (queue.size === 0) queues.delete(key)
      }
      turn.then(forget, forget)
      return turn
    },
    get size() {
      return queues.size
    },
  }
}
