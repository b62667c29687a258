import type { Outcome } from '../../contract/ledger.ts'
import type { Decision, Execution, SchedulePeriod, SkipReason, WatchSpan } from './cronJob.ts'
import { coverOf } from './instantSpans.ts'
import { type Occurrence, occurrencesIn, type Window } from './ledgerOccurrences.ts'

/** All that the ledger is computed from. Executions, decisions and spans cover at least the window. */
export interface LedgerFacts {
  readonly periods: readonly SchedulePeriod[]
  readonly executions: readonly Execution[]
  readonly decisions: readonly Decision[]
  readonly spans: readonly WatchSpan[]
  /** Epoch milliseconds. */
  readonly now: number
  /** What an occurrence is that nobody watched and of which nothing is known. */
  readonly unwatched: 'missed' | 'unknown'
}

/** One occurrence and what became of it, or a run by hand (without `scheduledAt`). */
export interface LedgerRow {
  /** What rows are ordered by: the nominal time, or the start of a run by hand; epoch milliseconds. */
  readonly at: number
  readonly scheduledAt?: number
  readonly outcome: Outcome
  readonly reason?: string
  readonly cause?: string
  readonly execution?: Execution
}

/** Rows of a window, and where the window really begins: later than asked when it would hold too many. */
export interface LedgerRows {
  readonly from: number
  /** Newest first. */
  readonly rows: readonly LedgerRow[]
}

/** Occurrences computed at most: two months of every minute. */
export const mostOccurrences = 100_000
/** An occurrence this young may still be about to start, milliseconds. */
const settlingMs = 5000
/** A gateway that watches writes a heartbeat more often than this, milliseconds. */
const heartbeatMs = 120_000

/** Gives every past occurrence of the window one outcome, and adds the runs by hand. */
export function ledgerRows(facts: LedgerFacts, window: Window, most: number = mostOccurrences): LedgerRows {
  const to = Math.min(window.to, facts.now)
  const occurrences = occurrencesIn(facts.periods, { from: window.from, to }, most)
  const from = occurrences.length < most ? window.from : occurrences.at(-1)!.scheduledAt
  const rows: LedgerRow[] = facts.executions.map(rowOfExecution).filter(row => row.at >= from && row.at <= to)
  const ran = new Set(rows.flatMap(row => row.scheduledAt ?? []))
  const judge = createJudge(facts)
  for (const occurrence of occurrences) {
    const row = ran.has(occurrence.scheduledAt) ? undefined : judge(occurrence)
    if (row) rows.push(row)
  }
  return { from, rows: rows.sort(newestFirst) }
}

/** The key that orders rows of one instant. */
export const rowKey = (row: LedgerRow): string => row.execution?.id ?? ''

const newestFirst = (a: LedgerRow, b: LedgerRow): number =>
  b.at - a.at || (rowKey(a) < rowKey(b) ? 1 : rowKey(a) > rowKey(b) ? -1 : 0)

const rowOfExecution = (execution: Execution): LedgerRow => ({
  at: execution.scheduledAt ?? execution.startedAt,
  ...(execution.scheduledAt === undefined ? {} : { scheduledAt: execution.scheduledAt }),
  outcome: 'ran',
  ...(execution.reason === undefined ? {} : { reason: execution.reason }),
  ...(execution.cause === undefined ? {} : { cause: execution.cause }),
  execution,
})

/** Judges an occurrence that has no run; `undefined` while it may still start. */
function createJudge({ decisions, executions, spans, now, unwatched }: LedgerFacts) {
  const decided = new Map(decisions.map(decision => [decision.scheduledAt, decision]))
  const scheduled = executions.filter(execution => execution.scheduledAt !== undefined)
  const busy = coverOf(scheduled.map(each => ({ startedAt: each.startedAt, endedAt: each.completedAt ?? now })))
  const minutes = new Set(scheduled.map(each => Math.floor(each.scheduledAt! / 60_000)))
  const newest = spans.reduce((latest, span) => Math.max(latest, span.endedAt), -Infinity)
  const watched = coverOf(now - newest < heartbeatMs ? [...spans, { startedAt: newest, endedAt: now }] : spans)

  return ({ scheduledAt, period }: Occurrence): LedgerRow | undefined => {
    const row = (outcome: Outcome, rest: { reason?: string; cause?: string }): LedgerRow => ({
      at: scheduledAt,
      scheduledAt,
      outcome,
      ...rest,
    })
    const skipped = (reason: SkipReason) =>
      row('skipped', { reason, cause: skipCause(reason, period, watched(scheduledAt)) })
    const decision = decided.get(scheduledAt)
    if (decision) return skipped(decision.reason)
    if (period.suspend) return skipped('suspended')
    if (period.concurrencyPolicy === 'Forbid' && busy(scheduledAt)) return skipped('concurrency')
    if (minutes.has(Math.floor(scheduledAt / 60_000))) {
      return row('missed', { cause: 'A CronJob starts at most one Job a minute.' })
    }
    if (scheduledAt > now - settlingMs) return undefined
    if (watched(scheduledAt)) return row('missed', {})
    return unwatched === 'missed'
      ? row('missed', { cause: 'The gateway was not running, or this machine was asleep.' })
      : row('unknown', { cause: 'Nobody was watching.' })
  }
}

function skipCause(reason: SkipReason, period: SchedulePeriod, watched: boolean): string {
  switch (reason) {
    case 'suspended':
      return 'The CronJob was suspended.'
    case 'concurrency':
      return 'The run before it was still going (concurrencyPolicy Forbid).'
    case 'deadline': {
      const limit = `startingDeadlineSeconds of ${period.startingDeadlineSeconds ?? 'then'}`
      return watched
        ? `It could not start within its ${limit}.`
        : `The gateway was not running when it was due, and its ${limit} had passed when it was.`
    }
  }
}
