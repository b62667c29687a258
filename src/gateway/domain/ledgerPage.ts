import type { Outcome } from '../../contract/ledger.ts'
import { invalidField } from '../../contract/errors.ts'
import { type LedgerRow, rowKey } from './ledgerRows.ts'

/** Counts over all rows of a window; durations in milliseconds, of runs that ended. */
export interface LedgerCounts {
  readonly succeeded: number
  readonly failed: number
  readonly running: number
  readonly skipped: number
  readonly missed: number
  readonly unknown: number
  readonly medianMilliseconds?: number
  readonly p95Milliseconds?: number
}

/** Rows that a filter keeps: an outcome, or the status of the run. */
export type LedgerFilter = Outcome | 'succeeded' | 'failed'

/** Counts the rows. */
export function countRows(rows: readonly LedgerRow[]): LedgerCounts {
  const counts = { succeeded: 0, failed: 0, running: 0, skipped: 0, missed: 0, unknown: 0 }
  const durations: number[] = []
  for (const { outcome, execution } of rows) {
    if (outcome !== 'ran') counts[outcome] += 1
    else if (execution) {
      counts[execution.status] += 1
      if (execution.completedAt !== undefined) durations.push(Math.max(0, execution.completedAt - execution.startedAt))
    }
  }
  if (durations.length === 0) return counts
  durations.sort((a, b) => a - b)
  return { ...counts, medianMilliseconds: quantile(durations, 0.5), p95Milliseconds: quantile(durations, 0.95) }
}

/** The smallest value that at least this share of the values does not exceed. */
const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]!

/** The rows that a filter keeps. */
export const filterRows = (rows: readonly LedgerRow[], filter: LedgerFilter | undefined): readonly LedgerRow[] => {
  if (filter === undefined) return rows
  return filter === 'succeeded' || filter === 'failed'
    ? rows.filter(row => row.execution?.status === filter)
    : rows.filter(row => row.outcome === filter)
}

/** One page; the cursor names the last row, so rows that came or changed meanwhile do no harm. */
export function pageRows(
  rows: readonly LedgerRow[],
  limit: number,
  cursor: string | undefined,
): { readonly items: readonly LedgerRow[]; readonly nextCursor?: string } {
  const after = cursor === undefined ? undefined : parseCursor(cursor)
  const start = after === undefined ? 0 : rows.findIndex(row => comesAfter(row, after))
  const items = start < 0 ? [] : rows.slice(start, start + limit)
  const last = items.at(-1)
  return last && start + limit < rows.length ? { items, nextCursor: `${last.at}~${rowKey(last)}` } : { items }
}

interface Position {
  readonly at: number
  readonly key: string
}

const comesAfter = (row: LedgerRow, { at, key }: Position): boolean =>
  row.at < at || (row.at === at && rowKey(row) < key)

/** Reads the cursor of a list that is ordered by an instant and a key. @throws HksError INVALID_REQUEST */
export function parseCursor(cursor: string): Position {
  const [at, key] = cursor.split('~')
  if (key === undefined || !/^-?\d{1,16}$/.test(at ?? '')) {
    throw invalidField('cursor', cursor, `"${cursor}" is no cursor of this list.`, 'Ask for the first page again.')
  }
  return { at: Number(at), key }
}
