import { checkSchedule } from './checkSchedule.ts'
import type { Clock } from './clock.ts'
import type { CronJobRecord, Execution } from './cronJob.ts'
import { nextOccurrence } from './ledgerOccurrences.ts'
import type { ExecutionStore, LedgerStore } from './ports.ts'

/** A CronJob with what is known about its runs. Instants are epoch milliseconds. */
export interface CronJobView {
  readonly record: CronJobRecord
  readonly nextExecutionAt?: number
  readonly lastExecutionAt?: number
  /** Runs in progress. */
  readonly active: number
  /** The last five, newest first. */
  readonly recent: readonly Execution[]
}

/** Makes views of records; two queries for any number of them. */
export type ViewCronJobs = (records: readonly CronJobRecord[]) => Promise<readonly CronJobView[]>

const recentCount = 5
/** More ids than this are not named in a query: all are read. */
const mostIds = 100

interface Memo {
  readonly record: CronJobRecord
  readonly computedAt: number
  readonly next: number | undefined
}

/** The next run of a job is computed once and kept until it passes or the job changes. */
export function createCronJobViews(executions: ExecutionStore, ledger: LedgerStore, clock: Clock): ViewCronJobs {
  const memos = new Map<string, Memo>()
  const nextOf = async (record: CronJobRecord, now: number): Promise<number | undefined> => {
    const memo = memos.get(record.id)
    const valid =
      memo?.record.updatedAt === record.updatedAt &&
      memo.record.spec.schedule === record.spec.schedule &&
      memo.record.spec.suspend === record.spec.suspend &&
      memo.computedAt <= now &&
      (memo.next === undefined || memo.next > now)
    if (valid) return memo.next
    const next = await nextRunOf(ledger, record, now)
    memos.set(record.id, { record, computedAt: now, next })
    return next
  }
  return async records => {
    const now = clock.now()
    const ids = records.length > mostIds ? undefined : records.map(record => record.id)
    const [recent, running] =
      records.length === 0
        ? [new Map<string, readonly Execution[]>(), []]
        : await Promise.all([executions.recent(recentCount, ids), executions.running()])
    const active = Map.groupBy(running, execution => execution.applicationId)
    if (ids === undefined) forget(memos, records)
    return Promise.all(
      records.map(async record => {
        const last = recent.get(record.id) ?? []
        const next = await nextOf(record, now)
        return {
          record,
          active: active.get(record.id)?.length ?? 0,
          recent: last,
          ...(next === undefined ? {} : { nextExecutionAt: next }),
          ...(last[0] === undefined ? {} : { lastExecutionAt: last[0].startedAt }),
        }
      }),
    )
  }
}

/** When the job runs next; its history holds the grid of `@every`. */
export async function nextRunOf(ledger: LedgerStore, record: CronJobRecord, now: number): Promise<number | undefined> {
  const { id, spec, createdAt } = record
  if (spec.suspend) return undefined
  const { kind } = checkSchedule(spec.schedule, undefined)
  const anchor = kind === 'every' ? (await ledger.periods(id)).at(-1)?.anchor : undefined
  return nextOccurrence({ ...spec, applicationId: id, anchor: anchor ?? createdAt, validFrom: createdAt }, now)
}

/** Jobs that are gone leave no memo behind. */
function forget(memos: Map<string, Memo>, records: readonly CronJobRecord[]): void {
  const present = new Set(records.map(record => record.id))
  for (const id of memos.keys()) if (!present.has(id)) memos.delete(id)
}
