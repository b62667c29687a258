import type { ExecutionSummary } from '../../contract/executions.ts'
import type { Ledger, LedgerEntry, LedgerQuery, LedgerSummary } from '../../contract/ledger.ts'

/** How far back the page looks. */
export const windows = ['24h', '7d', '30d', '90d'] as const
/** One of {@link windows}. */
export type Window = (typeof windows)[number]

/** What the table is narrowed down to. */
export const outcomeFilters = ['all', 'succeeded', 'failed', 'missed', 'skipped', 'unknown'] as const
/** One of {@link outcomeFilters}. */
export type OutcomeFilter = (typeof outcomeFilters)[number]

/** What became of one entry, as the page shows it. */
export type EntryKind = 'succeeded' | 'failed' | 'running' | 'skipped' | 'missed' | 'unknown'

/** The part of the ledger that is loaded, newest first. */
export interface Loaded {
  readonly items: readonly LedgerEntry[]
  readonly summary: LedgerSummary
  /** Where the next page begins; absent when everything is loaded. */
  readonly nextCursor?: string | undefined
}

const hour = 3_600_000
const lengths: Readonly<Record<Window, number>> = {
  '24h': 24 * hour,
  '7d': 168 * hour,
  '30d': 720 * hour,
  '90d': 2160 * hour,
}

/** Rows asked for at once. */
export const pageSize = 200

/** The request for a page. */
export function queryOf(window: Window, outcome: OutcomeFilter, now: number, cursor?: string): LedgerQuery {
  return {
    from: new Date(now - lengths[window]).toISOString(),
    limit: pageSize,
    ...(outcome === 'all' ? {} : { outcome }),
    ...(cursor === undefined ? {} : { cursor }),
  }
}

/** What stays the same when an occurrence that was only due becomes a run. */
export function keyOf(entry: LedgerEntry): string {
  return entry.scheduledAt ?? entry.execution?.id ?? ''
}

/** What became of an entry. */
export function kindOf(entry: LedgerEntry): EntryKind {
  if (entry.outcome !== 'ran') return entry.outcome
  return entry.execution?.status ?? 'unknown'
}

/** When an entry was due or, for a run by hand, when it started; milliseconds since 1970. */
export function timeOf(entry: LedgerEntry): number {
  return Date.parse(entry.scheduledAt ?? entry.execution?.startedAt ?? '')
}

/** Adds the next page behind what is loaded. */
export function addPage(loaded: Loaded, page: Ledger): Loaded {
  const known = new Set(loaded.items.map(keyOf))
  return {
    items: [...loaded.items, ...page.items.filter(entry => !known.has(keyOf(entry)))],
    summary: page.summary,
    nextCursor: page.nextCursor,
  }
}

/** Puts a fresh first page in place of what is as new as it; older rows stay. */
export function refreshHead(loaded: Loaded, page: Ledger): Loaded {
  const last = page.items.at(-1)
  if (page.nextCursor === undefined || last === undefined)
    return { items: page.items, summary: page.summary, nextCursor: page.nextCursor }
  const older = loaded.items.filter(entry => timeOf(entry) < timeOf(last))
  return {
    items: [...page.items, ...older],
    summary: page.summary,
    nextCursor: older.length === 0 ? page.nextCursor : loaded.nextCursor,
  }
}

/** Shows a new or changed run at once; the counts follow with the next fresh page. */
export function putExecution(loaded: Loaded, execution: ExecutionSummary, outcome: OutcomeFilter): Loaded {
  const { scheduledAt } = execution
  const entry: LedgerEntry = { outcome: 'ran', execution, ...(scheduledAt === undefined ? {} : { scheduledAt }) }
  const at = loaded.items.findIndex(one => keyOf(one) === keyOf(entry))
  if (at >= 0) return { ...loaded, items: loaded.items.with(at, entry) }
  if (outcome !== 'all' && outcome !== kindOf(entry)) return loaded
  const older = loaded.items.findIndex(one => timeOf(one) < timeOf(entry))
  // Behind the last loaded row it may belong to a page that is not loaded yet.
  if (older < 0 && loaded.nextCursor !== undefined) return loaded
  return { ...loaded, items: loaded.items.toSpliced(older < 0 ? loaded.items.length : older, 0, entry) }
}
