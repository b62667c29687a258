import { createQueue } from '../../../base/queue.ts'
import type { Change } from '../../domain/changes.ts'
import { createChangeLog } from './changeLog.ts'
import { openWatchSubscription, type Watcher } from './watchSubscription.ts'
import { createWatchTranslation, type WatchSources } from './watchTranslation.ts'

/** Gathers the changes of all providers into one numbered sequence. Dispose to stop. */
export interface WatchHub extends Disposable {
  /** Serves a watcher until its subscription is disposed. Rejects when the first snapshot can not be read. */
  subscribe(watcher: Watcher): Promise<Disposable>
}

/** What is watched, and how. */
export interface WatchHubOptions extends WatchSources {
  /** Makes the cursors of an earlier gateway unknown. */
  readonly bootId: string
  /** Receives what kept a change from being sent as such. */
  readonly report: (error: unknown) => void
}

/** Starts to listen. */
export function createWatchHub({ bootId, report, ...sources }: WatchHubOptions): WatchHub {
  const log = createChangeLog(bootId)
  const translation = createWatchTranslation(sources)
  // One after the other: a later state must not overtake an earlier one.
  const queue = createQueue()
  const take = async (change: Change): Promise<void> => {
    try {
      for (const translated of await translation.changes(change)) log.append(translated)
    } catch (error) {
      report(error)
      // A change that could not be translated would leave views stale: everyone gets a new snapshot instead.
      log.cut()
    }
  }
  const watched = [sources.providers.changes, sources.calls]
  const listening = [
    ...watched.map(changes => changes.subscribe(change => void queue.add(() => take(change)))),
    sources.summaries.subscribe(summary => log.append(translation.calls(summary))),
  ]
  return {
    subscribe: watcher => openWatchSubscription(log, translation.everything, watcher),
    [Symbol.dispose]: () => {
      for (const each of listening) each[Symbol.dispose]()
      log[Symbol.dispose]()
    },
  }
}
