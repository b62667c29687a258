import { type Static, Type } from 'typebox'
import { Instant, OneOf, PageQuery } from './common.ts'
import { ExecutionSummary } from './executions.ts'

/** What became of one occurrence of a schedule. */
export const outcomes = ['ran', 'skipped', 'missed', 'unknown'] as const
/** One of {@link outcomes}. */
export type Outcome = (typeof outcomes)[number]

/** One row of the ledger: an occurrence and what became of it, or a manual run (without `scheduledAt`). */
export const LedgerEntry = Type.Object({
  scheduledAt: Type.Optional(Instant),
  outcome: OneOf(outcomes),
  reason: Type.Optional(Type.String({ description: 'concurrency, suspended or deadline for skipped; else free' })),
  cause: Type.Optional(Type.String()),
  execution: Type.Optional(ExecutionSummary),
})
export type LedgerEntry = Static<typeof LedgerEntry>

/** Counts over the asked window. */
export const LedgerSummary = Type.Object({
  succeeded: Type.Integer(),
  failed: Type.Integer(),
  running: Type.Integer(),
  skipped: Type.Integer(),
  missed: Type.Integer(),
  unknown: Type.Integer(),
  medianMilliseconds: Type.Optional(Type.Integer()),
  p95Milliseconds: Type.Optional(Type.Integer()),
})
export type LedgerSummary = Static<typeof LedgerSummary>

/** A page of the ledger, newest first, with counts over the whole window. */
export const Ledger = Type.Object({
  items: Type.Array(LedgerEntry),
  nextCursor: Type.Optional(Type.String()),
  from: Instant,
  to: Instant,
  summary: LedgerSummary,
})
export type Ledger = Static<typeof Ledger>

/** The window (default: the last 30 days) and filter of a ledger request. */
export const LedgerQuery = Type.Object(
  {
    ...PageQuery.properties,
    from: Type.Optional(Instant),
    to: Type.Optional(Instant),
    outcome: Type.Optional(OneOf([...outcomes, 'failed', 'succeeded'] as const)),
  },
  { additionalProperties: false },
)
export type LedgerQuery = Static<typeof LedgerQuery>
