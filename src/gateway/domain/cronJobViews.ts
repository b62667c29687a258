import { parseSchedule } from '../../schedule/index.ts'
import type { Clock } from './clock.ts'
import type { CronJobRecord, Execution } from './cronJob.ts'
import { nextOccurrence } from './ledgerOccurrences.ts'
import type { LedgerStore } from './ledgerStore.ts'
import type { RecentRuns } from './recentRuns.ts'

/** A CronJob with what is known about its runs. Instants are epoch milliseconds. */
export interface CronJobView {
  readonly record: CronJobRecord
  readonly nextExecutionAt?: number
  readonly lastExecutionAt?: number
  /** Runs in progress. */
  readonly active: number
  /** The last five and what of the older ones is in progress, newest first. */
  readonly recent: readonly Execution[]
}

/** Makes views of records. As long as nothing changed about a job, its view is the same object. */
export type ViewCronJobs = (records: readonly CronJobRecord[]) => Promise<readonly CronJobView[]>

interface Memo {
  readonly view: CronJobView
  readonly computedAt: number
}

/** The next run of a job is computed once and kept until it passes or the job changes. */
export function createCronJobViews(runs: RecentRuns, ledger: LedgerStore, clock: Clock): ViewCronJobs {
  const memos = new Map<string, Memo>()
  const make = (record: CronJobRecord, next: number | undefined, computedAt: number): CronJobView => {
    const recent = runs.of(record.id)
    const view = {
      record,
      active: runs.active(record.id),
      recent,
      ...(next === undefined ? {} : { nextExecutionAt: next }),
      ...(recent[0] === undefined ? {} : { lastExecutionAt: recent[0].startedAt }),
    }
    memos.set(record.id, { view, computedAt })
    return view
  }
  /** The view of a job whose next run is known. */
  const known = (record: CronJobRecord, now: number): CronJobView | undefined => {
    const memo = memos.get(record.id)
    if (!memo || !sameRuns(memo.view.record, record) || !holds(memo, now)) return undefined
    const { view, computedAt } = memo
    const unchanged =
      view.record === record && view.recent === runs.of(record.id) && view.active === runs.active(record.id)
    return unchanged ? view : make(record, view.nextExecutionAt, computedAt)
  }
  return async records => {
    await runs.ready()
    const now = clock.now()
    if (memos.size > 2 * records.length + 1000) memos.clear()
    const views: CronJobView[] = []
    for (const record of records) {
      views.push(known(record, now) ?? make(record, await nextRunOf(ledger, record, now), now))
    }
    return views
  }
}

const sameRuns = (a: CronJobRecord, b: CronJobRecord): boolean =>
  a === b ||
  (a.updatedAt === b.updatedAt &&
    a.spec.schedule === b.spec.schedule &&
    a.spec.timeZone === b.spec.timeZone &&
    a.spec.suspend === b.spec.suspend)

const holds = ({ view, computedAt }: Memo, now: number): boolean =>
  computedAt <= now && (view.nextExecutionAt === undefined || view.nextExecutionAt > now)

/** When the job runs next; its history holds the grid of `@every`. */
export async function nextRunOf(ledger: LedgerStore, record: CronJobRecord, now: number): Promise<number | undefined> {
  const { id, spec, createdAt } = record
  const parsed = parseSchedule(spec.schedule)
  // A cluster may hold one that an older Kubernetes accepted.
  if (spec.suspend || !parsed.ok) return undefined
  const anchor = parsed.schedule.kind === 'every' ? (await ledger.periods(id)).at(-1)?.anchor : undefined
  return nextOccurrence({ ...spec, applicationId: id, anchor: anchor ?? createdAt, validFrom: createdAt }, now)
}
