import { createQueue } from '../../../base/queue.ts'
import type { Change } from '../../domain/changes.ts'
import type { Provider } from '../../domain/ports.ts'
import { createChangeLog } from './changeLog.ts'
import { openWatchSubscription, type Watcher } from './watchSubscription.ts'
import { createWatchTranslation, type CronJobViews } from './watchTranslation.ts'

/** Gathers the changes of all providers into one numbered sequence. Dispose to stop. */
export interface WatchHub extends Disposable {
  /** Serves a watcher until its subscription is disposed. Rejects when the first snapshot can not be read. */
  subscribe(watcher: Watcher): Promise<Disposable>
}

/**
 * Starts to listen; `bootId` makes the cursors of an earlier gateway unknown. `report` receives what kept a change from
 * being sent as such.
 */
export function createWatchHub(
  providers: readonly Provider[],
  bootId: string,
  cronJobs: CronJobViews,
  report: (error: unknown) => void,
): WatchHub {
  const log = createChangeLog(bootId)
  const translation = createWatchTranslation(providers, cronJobs)
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
  const sources = providers.map(({ changes }) => changes.subscribe(change => void queue.add(() => take(change))))
  return {
    subscribe: watcher => openWatchSubscription(log, translation.everything, watcher),
    [Symbol.dispose]: () => {
      for (const source of sources) source[Symbol.dispose]()
      log[Symbol.dispose]()
    },
  }
}
