import type { Clock } from '../../../domain/clock.ts'
import type { RuntimeProcess } from './runtimeProcess.ts'

/** Runtimes that wait, ready and empty, for the code of whoever comes first. A kind is a language and how it is run. */
export interface WarmPool<Kind> {
  /** One that is ready, for the caller to own; `undefined` when none is. More are started for those who come next. */
  take(kind: Kind): RuntimeProcess | undefined
  /** The kinds that may be needed soon: at least one of each is kept. What waits of others is ended. */
  keep(kinds: ReadonlySet<Kind>): void
  /** Ends what waits and does not fit any more; others are started instead. */
  sweep(): void
  /** How many wait, by kind. */
  readonly ready: ReadonlyMap<Kind, number>
  /** Ends all that wait. Idempotent. */
  stop(): Promise<void>
}

/** What the pool needs. */
export interface WarmPoolOptions<Kind> {
  /** Starts an empty runtime. */
  readonly start: (kind: Kind, signal: AbortSignal) => Promise<RuntimeProcess>
  readonly clock: Clock
  /** Whether it is as one that were started now; default always. */
  readonly fits?: (runtime: RuntimeProcess) => boolean
  /** The most that wait of one kind: a burst of so many first calls finds a process each. */
  readonly most: number
  /** Receives a failure to start or to end one; nobody waits for it. */
  readonly report: (error: unknown) => void
}

/** Runtimes that were taken within this time were needed at once. */
const burstMs = 1000
/** A new one is started this long after one was taken, so as not to compete with the call that needed it. */
const refillDelayMs = 25
/** Without a first call for so long, one is enough. */
const calmMs = 5 * 60 * 1000
/** Without a first call for so long, none is kept: an idle machine has better use for its memory. */
const sleepMs = 60 * 60 * 1000
/** After a failed start nothing is started for so long. */
const retryMs = 30 * 1000

interface Shelf {
  readonly ready: Set<RuntimeProcess>
  wanted: number
  takenAt: number[]
  calm: Disposable | undefined
}

/** An empty pool. It holds as many as were lately taken at once, and starts them one at a time. */
export function createWarmPool<Kind>(options: WarmPoolOptions<Kind>): WarmPool<Kind> {
  const { start, clock, most, report, fits = () => true } = options
  const shelves = new Map<Kind, Shelf>()
  const stopping = new AbortController()
  const ending = new Set<Promise<void>>()
  let refilling: Promise<void> | undefined
  let delayed: Disposable | undefined

  const end = (runtime: RuntimeProcess) => {
    const ended = runtime.end().catch(report)
    ending.add(ended)
    void ended.then(() => ending.delete(ended))
  }
  const shelfOf = (kind: Kind): Shelf => {
    const known = shelves.get(kind)
    if (known) return known
    const shelf: Shelf = { ready: new Set(), wanted: 0, takenAt: [], calm: undefined }
    shelves.set(kind, shelf)
    return shelf
  }
  const want = (shelf: Shelf, count: number) => {
    shelf.wanted = Math.min(count, most)
    for (const surplus of [...shelf.ready].slice(shelf.wanted)) {
      shelf.ready.delete(surplus)
      end(surplus)
    }
    refillIn(refillDelayMs)
  }
  /** Fewer are kept the longer nobody came. */
  const watchCalm = (shelf: Shelf) => {
    shelf.calm?.[Symbol.dispose]()
    shelf.calm = clock.callAfter(calmMs, () => {
      want(shelf, Math.min(shelf.wanted, 1))
      shelf.calm = clock.callAfter(sleepMs - calmMs, () => want(shelf, 0))
    })
  }
  const refillIn = (milliseconds: number) => {
    if (stopping.signal.aborted || refilling) return
    delayed ??= clock.callAfter(milliseconds, () => {
      delayed = undefined
      refilling = refill().finally(() => {
        refilling = undefined
      })
    })
  }
  const refill = async (): Promise<void> => {
    for (let next = neediest(shelves); next && !stopping.signal.aborted; next = neediest(shelves)) {
      const [kind, shelf] = next
      try {
        add(shelf, await start(kind, stopping.signal))
      } catch (error) {
        if (stopping.signal.aborted) return
        report(error)
        delayed = clock.callAfter(retryMs, () => {
          delayed = undefined
          refillIn(0)
        })
        return
      }
    }
  }
  const add = (shelf: Shelf, runtime: RuntimeProcess) => {
    if (stopping.signal.aborted || shelf.ready.size >= shelf.wanted || !fits(runtime)) return end(runtime)
    shelf.ready.add(runtime)
    runtime.listen({
      onLines: lines => report(new Error(`An empty runtime printed: ${lines.map(line => line.text).join('\n')}`)),
      onEnd: () => {
        if (shelf.ready.delete(runtime)) refillIn(retryMs)
      },
    })
  }

  return {
    take: kind => {
      const shelf = shelfOf(kind)
      const now = clock.now()
      shelf.takenAt = [...shelf.takenAt.filter(at => Math.abs(now - at) < burstMs), now].slice(-Math.max(1, most))
      const [runtime] = shelf.ready
      if (runtime) shelf.ready.delete(runtime)
      watchCalm(shelf)
      want(shelf, Math.max(shelf.wanted, shelf.takenAt.length))
      return runtime
    },
    keep: kinds => {
      for (const [kind, shelf] of shelves) if (!kinds.has(kind)) want(shelf, 0)
      for (const kind of kinds) {
        const shelf = shelfOf(kind)
        if (shelf.wanted > 0) continue
        watchCalm(shelf)
        want(shelf, 1)
      }
    },
    sweep: () => {
      for (const { ready } of shelves.values()) {
        for (const runtime of [...ready].filter(each => !fits(each))) {
          ready.delete(runtime)
          end(runtime)
        }
      }
      refillIn(refillDelayMs)
    },
    get ready() {
      return new Map([...shelves].map(([kind, shelf]) => [kind, shelf.ready.size]))
    },
    stop: async () => {
      stopping.abort(new Error('the pool stops'))
      delayed?.[Symbol.dispose]()
      for (const shelf of shelves.values()) {
        shelf.calm?.[Symbol.dispose]()
        want(shelf, 0)
      }
      await refilling
      await Promise.all(ending)
    },
  }
}

/** The kind that lacks most. */
function neediest<Kind>(shelves: ReadonlyMap<Kind, Shelf>): [Kind, Shelf] | undefined {
  const lack = ({ wanted, ready }: Shelf) => wanted - ready.size
  const [first] = [...shelves].sort(([, a], [, b]) => lack(b) - lack(a))
  return first && lack(first[1]) > 0 ? first : undefined
}
