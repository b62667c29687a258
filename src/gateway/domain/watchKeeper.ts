import type { Clock } from './clock.ts'
import type { LedgerStore } from './ledgerStore.ts'

/** Keeps the record of the time in which a gateway was watching. Dispose to stop. */
export interface WatchKeeper extends Disposable {
  /** Writes a heartbeat now. */
  beat(): Promise<void>
  /** The clock jumped: what lies between was not watched. */
  jumped(): void
}

/** What the keeper needs. */
export interface WatchKeeperOptions {
  readonly ledger: LedgerStore
  readonly clock: Clock
  /** What is watched: a connection or a project. */
  readonly place: string
  readonly newId: () => string
  readonly everySeconds: number
  readonly report: (error: unknown) => void
}

/** Opens a span and moves its end with a heartbeat now and then. */
export async function keepWatchSpans(options: WatchKeeperOptions): Promise<WatchKeeper> {
  const { ledger, clock, place, report } = options
  const everyMs = options.everySeconds * 1000
  let span = options.newId()
  let last = clock.now()
  let timer: Disposable | undefined
  let stopped = false

  const beat = async (): Promise<void> => {
    const now = clock.now()
    // A heartbeat that comes this late says that nobody watched before it.
    if (now < last || now - last > 2 * everyMs) span = options.newId()
    last = now
    await ledger.heartbeat(span, now, place)
  }
  const beatOn = (): void => {
    timer?.[Symbol.dispose]()
    if (stopped) return
    timer = clock.callAt(clock.now() + everyMs, beatOn)
    beat().catch(report)
  }
  await ledger.heartbeat(span, last, place)
  timer = clock.callAt(last + everyMs, beatOn)
  return {
    beat,
    jumped: () => {
      span = options.newId()
      last = clock.now()
      beatOn()
    },
    [Symbol.dispose]: () => {
      stopped = true
      timer?.[Symbol.dispose]()
    },
  }
}
