import type { LogStore } from '../../../domain/log.ts'
import type { LedgerStore } from '../../../domain/ledgerStore.ts'
import type { KubeCronJob, KubeJob } from '../objects/batchV1.ts'
import { ownerOf } from '../runs/ownerOf.ts'
import type { RunWatch } from '../runs/runWatch.ts'
import type { WatchedCollection } from '../watch/watchedCollection.ts'
import type { IndexedCronJob } from './cronJobIndex.ts'
import type { KnownIds } from './knownIds.ts'
import { untilGone } from './untilSeen.ts'

/** What the removal of a CronJob needs. */
export interface CronJobRemovalDeps {
  readonly cronJobs: WatchedCollection<KubeCronJob>
  readonly jobs: WatchedCollection<KubeJob>
  readonly runs: RunWatch
  readonly knownIds: KnownIds
  readonly ledger: LedgerStore
  readonly logs: LogStore
}

/** How long the removal waits for the garbage collection of Jobs and for the end of their pods, milliseconds. */
const longestMs = 30_000

/**
 * Deletes a CronJob and, once its runs have ended, what is stored about it. Pods that take longer than half a minute to
 * end go on ending by themselves.
 */
export const createCronJobRemoval =
  ({ cronJobs, jobs, runs, knownIds, ledger, logs }: CronJobRemovalDeps) =>
  async ({ object, record }: IndexedCronJob, remove: () => Promise<void>): Promise<void> => {
    const { uid } = object.metadata
    const captures = runs.capturesOf(uid)
    for (const capture of captures) capture.willEnd({ reason: 'Deleted', cause: 'Its CronJob was deleted.' })
    await remove()
    await untilGone(cronJobs, () => cronJobs.get(uid) === undefined, longestMs)
    await untilGone(jobs, () => !jobs.list().some(job => ownerOf(job, 'CronJob') === uid), longestMs)
    await within(Promise.all(captures.map(capture => capture.ended)), longestMs)
    for (const capture of captures) capture.forget()
    await ledger.removeApplication(record.id)
    knownIds.forget(uid)
    await logs.remove(record.id)
  }

async function within(work: Promise<unknown>, milliseconds: number): Promise<void> {
  const late = Promise.withResolvers<void>()
  const timer = setTimeout(late.resolve, milliseconds)
  try {
    await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
