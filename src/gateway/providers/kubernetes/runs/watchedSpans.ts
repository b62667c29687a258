import type { Clock } from '../../../domain/clock.ts'
import type { LedgerStore } from '../../../domain/ledgerStore.ts'
import { keepWatchSpans } from '../../../domain/watchKeeper.ts'

/** What the record of the spans needs. */
export interface WatchedSpansDeps {
  readonly ledger: LedgerStore
  readonly clock: Clock
  readonly newId: () => string
  readonly projectId: string
  readonly report: (error: unknown) => void
}

/** Seconds between two heartbeats; the ledger counts on one every two minutes. */
const everySeconds = 30

/** Keeps the record of when the runs of a namespace were watched: only while the cluster was followed. */
export interface WatchedSpans extends Disposable {
  /** Whether the cluster is followed from now on. */
  set(isWatching: boolean): void
}

/** Begins with nothing watched. */
export function createWatchedSpans(deps: WatchedSpansDeps): WatchedSpans {
  let isWatching = false
  let keeper: Promise<Disposable> | undefined
  const stop = () => {
    void keeper?.then(each => each[Symbol.dispose]())
    keeper = undefined
  }
  return {
    set: next => {
      if (next === isWatching) return
      isWatching = next
      if (!next) return stop()
      const { projectId, ...others } = deps
      const opened = keepWatchSpans({ ...others, place: projectId, everySeconds })
      keeper = opened
      opened.catch((error: unknown) => {
        deps.report(error)
        if (keeper === opened) keeper = undefined
      })
    },
    [Symbol.dispose]: () => {
      isWatching = false
      stop()
    },
  }
}
