import type { Clock } from './clock.ts'
import type { LedgerStore } from './ports.ts'

/** What keeps the spans in which a gateway was watching. */
export interface WatchKeeperOptions {
  readonly ledger: LedgerStore
  readonly clock: Clock
  readonly newId: () => string
  readonly everySeconds: number
  /** The clock went `milliseconds` further than time did; negative: it was set back. Also after the machine slept. */
  readonly onJump: (milliseconds: number) => void
  readonly report: (error: unknown) => void
}

/** A jump of the clock that is worth telling, beyond the distance of two heartbeats: milliseconds. */
const tolerance = 30_000

/**
 * Writes a heartbeat now and then on and on. Time in which no heartbeat came (the machine slept, the clock was set)
 * was not watched: a new span begins after it. Dispose to stop; `beat` writes the last one.
 */
export async function keepWatchSpans(options: WatchKeeperOptions): Promise<Disposable & { beat(): Promise<void> }> {
  const { ledger, clock } = options
  const everyMs = options.everySeconds * 1000
  let span = options.newId()
  let last = clock.now()
  let timer: Disposable | undefined
  let stopped = false

  const beat = async (): Promise<void> => {
    const now = clock.now()
    const distance = now - last
    last = now
    const back = distance < -1000
    if (back || distance > everyMs + tolerance) {
      span = options.newId()
      options.onJump(distance - everyMs)
    }
    await ledger.heartbeat(span, now)
  }
  const arm = () => {
    if (stopped) return
    timer = clock.callAfter(everyMs, () => {
      void beat().catch(options.report).finally(arm)
    })
  }
  await ledger.heartbeat(span, last)
  arm()
  return {
    beat,
    [Symbol.dispose]: () => {
      stopped = true
      timer?.[Symbol.dispose]()
    },
  }
}
