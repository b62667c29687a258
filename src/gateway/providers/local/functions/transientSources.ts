/** The sources of transient revisions, which go with the last revision that has them. */
export interface TransientSources {
  /** A transient revision has this source: it is looked at by every `sweep` until it could be removed. */
  note(digest: string): void
  /** Removes those that nothing has any more. One sweep at a time; who asks during one gets another behind it. */
  sweep(): Promise<void>
  /** Resolves when no sweep is under way. */
  settled(): Promise<void>
}

/** What removing needs. */
export interface TransientSourcesOptions {
  /** Whether a revision or a deployment under way has the source. */
  readonly isUsed: (digest: string) => Promise<boolean>
  /** Removes a source with all that was made of it, if it may go. */
  readonly removeIf: (digest: string, may: () => Promise<boolean>) => Promise<void>
  /** Some were removed. */
  readonly onRemoved: () => Promise<void>
}

/** No sources yet. What is there when the gateway ends is removed by the next one, as everything that nobody uses. */
export function createTransientSources({ isUsed, removeIf, onRemoved }: TransientSourcesOptions): TransientSources {
  const noted = new Set<string>()
  let sweeping = Promise.resolve()

  const sweepOnce = async () => {
    let removed = 0
    for (const digest of [...noted]) {
      await removeIf(digest, async () => {
        if (await isUsed(digest)) return false
        noted.delete(digest)
        removed += 1
        return true
      })
    }
    if (removed > 0) await onRemoved()
  }
  return {
    note: digest => void noted.add(digest),
    sweep: () => {
      const next = sweeping.then(sweepOnce)
      sweeping = next.catch(() => undefined)
      return next
    },
    settled: () => sweeping,
  }
}
