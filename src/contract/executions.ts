import { type Static, Type } from 'typebox'
import { Arguments, Environment, Id, Instant, OneOf, PageQuery } from './common.ts'

/** Exactly the statuses of the product's plan; finer states are in `phase` and `reason`. */
export const executionStatuses = ['running', 'succeeded', 'failed'] as const
/** One of {@link executionStatuses}. */
export type ExecutionStatus = (typeof executionStatuses)[number]

/** Where a run is in its life. `backoff` waits for its next attempt. */
export const executionPhases = ['running', 'backoff', 'stopping', 'succeeded', 'failed'] as const
/** One of {@link executionPhases}. */
export type ExecutionPhase = (typeof executionPhases)[number]

/** What made a run start. */
export const triggers = ['schedule', 'manual', 'retry'] as const
/** One of {@link triggers}. */
export type Trigger = (typeof triggers)[number]

/** One process tree (or pod) of an execution under `backoffLimit`. */
export const Attempt = Type.Object({
  number: Type.Integer(),
  startedAt: Instant,
  completedAt: Type.Optional(Instant),
  exitCode: Type.Optional(Type.Integer()),
  signal: Type.Optional(Type.String()),
})
export type Attempt = Static<typeof Attempt>

/** What a run by hand has instead of what its CronJob says; a field that is absent is the CronJob's. */
export const RunChanges = Type.Object({
  args: Type.Optional(Type.Array(Type.String())),
  environment: Type.Optional(Environment),
  image: Type.Optional(Type.String()),
})
export type RunChanges = Static<typeof RunChanges>

const executionFields = {
  id: Id,
  applicationId: Id,
  jobName: Type.String(),
  scheduledAt: Type.Optional(Instant),
  startedAt: Instant,
  completedAt: Type.Optional(Instant),
  status: OneOf(executionStatuses),
  phase: OneOf(executionPhases),
  reason: Type.Optional(Type.String({ description: 'One word, such as DeadlineExceeded' })),
  cause: Type.Optional(Type.String({ description: 'One line that says why it failed' })),
  exitCode: Type.Optional(Type.Integer()),
  trigger: OneOf(triggers),
  retryOf: Type.Optional(Id),
  changes: Type.Optional(RunChanges),
  attempts: Type.Array(Attempt),
}

/** A run as lists, the ledger and the watch carry it. */
export const ExecutionSummary = Type.Object(executionFields)
export type ExecutionSummary = Static<typeof ExecutionSummary>

/** One run of a CronJob; `logs` is the last 64 KB of its output. */
export const CronJobExecution = Type.Object({ ...executionFields, logs: Type.String() })
export type CronJobExecution = Static<typeof CronJobExecution>

/** Filters of an execution list; `logs=none` leaves the logs out. */
export const ExecutionQuery = Type.Object(
  {
    ...PageQuery.properties,
    status: Type.Optional(OneOf(executionStatuses)),
    logs: Type.Optional(OneOf(['tail', 'none'] as const)),
  },
  { additionalProperties: false },
)
export type ExecutionQuery = Static<typeof ExecutionQuery>

/**
 * The body of a trigger: `retryOf` names the run that the user wants again; the others are for this one run. `args` replace
 * those of the CronJob, `environment` adds variables or replaces those of the same name. Without any of them a run that is
 * wanted again has those that it had.
 */
export const TriggerRequest = Type.Object(
  {
    retryOf: Type.Optional(Id),
    args: Type.Optional(Arguments),
    environment: Type.Optional(Environment),
    image: Type.Optional(Type.String({ minLength: 1, maxLength: 1000, description: 'Refused on local' })),
  },
  { additionalProperties: false },
)
export type TriggerRequest = Static<typeof TriggerRequest>

/** `{id, execId}` in a path. */
export const ExecutionParams = Type.Object({ id: Id, execId: Id }, { additionalProperties: false })
