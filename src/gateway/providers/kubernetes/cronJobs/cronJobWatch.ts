import { createKeyedQueue } from '../../../../base/queue.ts'
import type { ChangePublisher } from '../../../domain/changes.ts'
import type { LedgerStore } from '../../../domain/ledgerStore.ts'
import { beginsPeriod, movesRuns, periodOf } from '../../../domain/schedulePeriod.ts'
import type { KubeCronJob } from '../objects/batchV1.ts'
import type { WatchedCollection } from '../watch/watchedCollection.ts'
import type { CronJobIndex, IndexedCronJob } from './cronJobIndex.ts'
import { millisecondsOf } from './fromKube.ts'

/** What the watch of CronJobs needs. */
export interface CronJobWatchDeps {
  readonly collection: WatchedCollection<KubeCronJob>
  readonly index: CronJobIndex
  readonly projectId: string
  readonly ledger: LedgerStore
  readonly changes: ChangePublisher
  readonly report: (error: unknown) => void
}

/** Follows the CronJobs of a namespace. Dispose to stop. */
export interface CronJobWatch extends Disposable {
  /** Takes all up that are there: after the first listing. Resolves when the history of each schedule is up to date. */
  begin(): Promise<void>
}

/** Publishes each change and keeps the history of each schedule, whoever changed it. */
export function createCronJobWatch(deps: CronJobWatchDeps): CronJobWatch {
  const { collection, index, projectId, ledger, changes, report } = deps
  const turns = createKeyedQueue()
  /** What was published last, by id. */
  const shown = new Map<string, IndexedCronJob>()

  const note = (entry: IndexedCronJob): Promise<void> =>
    turns.add(entry.record.id, async () => {
      await ledger.saveApplication(entry.record.id, projectId, entry.object.metadata.uid)
      await savePeriod(ledger, entry)
    })
  const compare = (): void => {
    const present = new Map(index.all().map(entry => [entry.record.id, entry]))
    for (const id of shown.keys()) {
      if (present.has(id)) continue
      shown.delete(id)
      changes.publish({ kind: 'deleted', what: 'cronJob', id })
    }
    for (const [id, entry] of present) {
      const before = shown.get(id)
      shown.set(id, entry)
      if (before?.record === entry.record) continue
      changes.publish({ kind: 'cronJob', cronJob: entry.record })
      note(entry).catch(report)
    }
  }
  const subscription = collection.subscribe(compare)
  return {
    begin: async () => {
      const entries = index.all()
      for (const entry of entries) {
        shown.set(entry.record.id, entry)
        changes.publish({ kind: 'cronJob', cronJob: entry.record })
        await note(entry)
      }
      compare()
    },
    [Symbol.dispose]: () => subscription[Symbol.dispose](),
  }
}

/** Opens a period where the schedule is another one than the ledger knows. */
async function savePeriod(ledger: LedgerStore, { object, record }: IndexedCronJob): Promise<void> {
  const open = (await ledger.periods(record.id)).findLast(period => period.validTo === undefined)
  if (open && !beginsPeriod(open, record)) return
  // `@every` counts from the last nominal time, at first from the creation; a change of anything else moves nothing.
  const lastScheduled =
    record.updatedAt === record.createdAt ? undefined : millisecondsOf(object.status?.lastScheduleTime)
  const anchor = open && !movesRuns(open, record.spec) ? open.anchor : (lastScheduled ?? record.createdAt)
  // The whole second of a change may lie before the change that is known already.
  const validFrom = Math.max(record.updatedAt, open ? open.validFrom + 1 : 0)
  await ledger.savePeriod(periodOf(record, anchor, validFrom))
}
