import type { Clock } from '../../../domain/clock.ts'
import type { Replica } from './replicas.ts'

/**
 * Loaded replicas that never took a call, at most one a function, for functions whose code takes long to load: so that
 * one more, the next after a crash and the first after scale to zero need not wait for that.
 */
export interface SpareInstances {
  /** The spare of a function; it belongs to the caller from now on, and another is loaded. */
  take(functionId: string): Replica | undefined
  /** The function was used just now: it gets a spare soon unless it has one. Cheap enough for every call. */
  keep(functionId: string, open: (signal: AbortSignal) => Promise<Replica>): void
  /** Ends the spare of a function: it would serve another revision, or with other secrets. Resolves when it is gone. */
  drop(functionId: string): Promise<void>
  /** Ends all. Idempotent. */
  stop(): Promise<void>
}

/** What spares need. */
export interface SpareInstancesOptions {
  readonly clock: Clock
  /** Spares in all; 0 for none ever. */
  readonly most: number
  /** The machine needs its memory for other things. */
  readonly isPressed: () => boolean
}

/** A spare is loaded this long after it was found to be missing, so as not to compete with the call that showed it. */
const delayMs = 1000
/** Functions not used for so long lose their spare. */
const recentMs = 30 * 60_000
/** How often it is looked whether spares are still worth their memory. */
const lookMs = 60_000

interface Kept {
  usedAt: number
  readonly open: (signal: AbortSignal) => Promise<Replica>
  readonly abort: AbortController
  /** Settled once `replica` is there or never will be. */
  loading?: Promise<void>
  replica?: Replica
  /** What failed to load is not tried again until there is another revision or secret. */
  hasFailed: boolean
}

/** No spares. */
export function createSpareInstances({ clock, most, isPressed }: SpareInstancesOptions): SpareInstances {
  const kept = new Map<string, Kept>()
  const ending = new Set<Promise<void>>()
  let loading: Promise<void> | undefined
  let delayed: Disposable | undefined
  let looking: Disposable | undefined
  let isStopped = false

  const end = (entry: Kept): Promise<void> => {
    const { replica } = entry
    delete entry.replica
    const ended = Promise.resolve(replica?.instance.close(0)).finally(() => ending.delete(ended))
    ending.add(ended)
    return ended
  }
  const drop = async (id: string): Promise<void> => {
    const entry = kept.get(id)
    if (!entry) return
    kept.delete(id)
    entry.abort.abort(new Error('the spare is not needed any more'))
    await entry.loading
    await end(entry)
  }
  /** Drops those that are not worth their memory; answers the rest, lately used first. */
  const worthwhile = (): readonly Kept[] => {
    const ranked = [...kept].sort(([, a], [, b]) => b.usedAt - a.usedAt)
    const now = clock.now()
    const isWorthwhile = ({ usedAt }: Kept, rank: number) =>
      rank < most && Math.abs(now - usedAt) <= recentMs && !isPressed()
    return ranked.flatMap(([id, entry], rank) => {
      if (isWorthwhile(entry, rank)) return [entry]
      void drop(id)
      return []
    })
  }
  const nextMissing = (): Kept | undefined =>
    worthwhile().find(entry => {
      if (entry.replica?.instance.isOpen === false) void end(entry)
      return !entry.replica && !entry.hasFailed
    })
  const load = async (entry: Kept): Promise<void> => {
    try {
      entry.replica = await entry.open(entry.abort.signal)
    } catch {
      // The next start that somebody waits for says why.
      entry.hasFailed = true
    }
  }
  /** One at a time. */
  const loadMissing = async (): Promise<void> => {
    for (let entry = nextMissing(); entry && !isStopped; entry = nextMissing()) await (entry.loading = load(entry))
  }
  const loadSoon = () => {
    if (isStopped || loading) return
    delayed ??= clock.callAfter(delayMs, () => {
      delayed = undefined
      loading = loadMissing().finally(() => {
        loading = undefined
      })
    })
  }
  const look = () => {
    looking = undefined
    if (nextMissing()) loadSoon()
    if (kept.size > 0) looking = clock.callAfter(lookMs, look)
  }

  return {
    take: id => {
      const entry = kept.get(id)
      if (!entry?.replica) return undefined
      const { replica } = entry
      delete entry.replica
      loadSoon()
      return replica
    },
    keep: (id, open) => {
      if (most === 0 || isStopped) return
      const known = kept.get(id)
      const entry = known ?? { usedAt: 0, open, abort: new AbortController(), hasFailed: false }
      entry.usedAt = clock.now()
      if (!known) kept.set(id, entry)
      if (!entry.replica && !entry.hasFailed) loadSoon()
      looking ??= clock.callAfter(lookMs, look)
    },
    drop,
    stop: async () => {
      isStopped = true
      delayed?.[Symbol.dispose]()
      looking?.[Symbol.dispose]()
      await Promise.all([...kept.keys()].map(drop))
      await loading
      await Promise.all(ending)
    },
  }
}
