/**
 * Gathers writes that arrive while another is under way, so that many share one commit. Each `add` settles with the
 * commit that holds its item; a commit that fails rejects all of its items.
 */
export interface GroupCommit<T> {
  add(item: T): Promise<void>
  /** Ends when nothing is waiting to be written. */
  flushed(): Promise<void>
}

interface Waiting<T> {
  readonly item: T
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Writes items in order, at most `largest` at a time. */
export function createGroupCommit<T>(write: (items: readonly T[]) => Promise<void>, largest: number): GroupCommit<T> {
  const waiting: Waiting<T>[] = []
  let working: Promise<void> | undefined

  const work = async (): Promise<void> => {
    // Lets the callers of this turn of the event loop join the first commit.
    await new Promise(resolve => setImmediate(resolve))
    while (waiting.length > 0) {
      const group = waiting.splice(0, largest)
      try {
        await write(group.map(entry => entry.item))
        group.forEach(entry => entry.resolve())
      } catch (error) {
        group.forEach(entry => entry.reject(error))
      }
    }
    working = undefined
  }
  return {
    add: item =>
      new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject })
        working ??= work()
      }),
    flushed: async () => working,
  }
}
