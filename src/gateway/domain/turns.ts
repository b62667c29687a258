/** Does what concerns one key one after the other. */
export type InTurn = <T>(key: string, work: () => Promise<T>) => Promise<T>

/** Keeps no key longer than something is under way for it. */
export function createTurns(): InTurn {
  const last = new Map<string, Promise<unknown>>()
  return (key, work) => {
    const turn = (last.get(key) ?? Promise.resolve()).then(work)
    // The next one comes also after a failure, which is its own caller's to handle.
    const over = turn.then(
      () => undefined,
      () => undefined,
    )
    last.set(key, over)
    void over.then(() => {
      if (last.get(key) === over) last.delete(key)
    })
    return turn
  }
}
