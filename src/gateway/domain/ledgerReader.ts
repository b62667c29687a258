import { HksError } from '../../contract/errors.ts'
import { countRows, filterRows, type LedgerCounts, type LedgerFilter, pageRows } from './ledgerPage.ts'
import { type LedgerRow, ledgerRows } from './ledgerRows.ts'
import type { ExecutionStore } from './executionStore.ts'
import type { LedgerStore } from './ledgerStore.ts'

/** Which part of a ledger is asked; instants are epoch milliseconds. */
export interface LedgerInput {
  readonly from?: number
  readonly to?: number
  readonly outcome?: LedgerFilter
  readonly limit?: number
  readonly cursor?: string
}

/** A page of rows, newest first, with counts over the whole window whatever the filter. */
export interface LedgerAnswer {
  readonly items: readonly LedgerRow[]
  readonly nextCursor?: string
  readonly from: number
  readonly to: number
  readonly summary: LedgerCounts
}

/** Where the runs of a CronJob are watched. */
export interface WatchedPlace {
  readonly unwatched: 'missed' | 'unknown'
  /** Its connection and its project: either may be what is watched. */
  readonly places: readonly string[]
}

const day = 24 * 3600 * 1000
const defaultWindow = 30 * day
const defaultLimit = 100

/** Reads what is stored about the window and computes its rows. @throws HksError INVALID_REQUEST */
export async function readLedger(
  stores: { readonly executions: ExecutionStore; readonly ledger: LedgerStore },
  applicationId: string,
  { unwatched, places }: WatchedPlace,
  input: LedgerInput,
  now: number,
): Promise<LedgerAnswer> {
  const to = Math.min(input.to ?? now, now)
  const from = input.from ?? to - defaultWindow
  if (from > to) {
    throw new HksError('INVALID_REQUEST', 'from: lies after to, or in the future.', { details: { field: 'from' } })
  }
  const { executions, ledger } = stores
  const [periods, runs, decisions, spans] = await Promise.all([
    ledger.periods(applicationId),
    // A day more: a run that began before the window may keep others from starting in it.
    executions.between(applicationId, from - day, to),
    ledger.decisions(applicationId, from, to),
    ledger.watchSpans(from, to, places),
  ])
  const computed = ledgerRows({ periods, executions: runs, decisions, spans, now, unwatched }, { from, to })
  return {
    ...pageRows(filterRows(computed.rows, input.outcome), input.limit ?? defaultLimit, input.cursor),
    from: computed.from,
    to,
    summary: countRows(computed.rows),
  }
}
