import { type Static, Type } from 'typebox'
import {
  Environment,
  Id,
  Instant,
  nullable,
  OneOf,
  PageQuery,
  ProjectRef,
  ResourceName,
  ScheduleText,
  SecretReference,
} from './common.ts'

/** What happens when a run is due while another is still running (batch/v1 CronJobSpec.concurrencyPolicy). */
export const concurrencyPolicies = ['Allow', 'Forbid', 'Replace'] as const
/** One of {@link concurrencyPolicies}. */
export type ConcurrencyPolicy = (typeof concurrencyPolicies)[number]

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

/** What became of one occurrence of a schedule. */
export const outcomes = ['ran', 'skipped', 'missed', 'unknown'] as const
/** One of {@link outcomes}. */
export type Outcome = (typeof outcomes)[number]

const Seconds = (minimum: number, maximum: number) => Type.Integer({ minimum, maximum })
const spec = {
  schedule: ScheduleText,
  timeZone: Type.Optional(Type.String({ maxLength: 64, description: 'IANA name; without it UTC on local' })),
  command: Type.Optional(Type.Array(Type.String(), { maxItems: 256 })),
  args: Type.Optional(Type.Array(Type.String(), { maxItems: 1024 })),
  templateAppId: Type.Optional(Id),
  functionId: Type.Optional(Id),
  payload: Type.Optional(Type.Unknown()),
  environment: Type.Optional(Environment),
  secrets: Type.Optional(Type.Array(SecretReference, { maxItems: 100 })),
  concurrencyPolicy: Type.Optional(OneOf(concurrencyPolicies)),
  suspend: Type.Optional(Type.Boolean()),
  startingDeadlineSeconds: Type.Optional(Seconds(0, 2_147_483_647)),
  activeDeadlineSeconds: Type.Optional(Seconds(1, 2_147_483_647)),
  backoffLimit: Type.Optional(Seconds(0, 1000)),
  successfulJobsHistoryLimit: Type.Optional(Seconds(0, 1000)),
  failedJobsHistoryLimit: Type.Optional(Seconds(0, 1000)),
  terminationGracePeriodSeconds: Type.Optional(Seconds(0, 3600)),
  image: Type.Optional(Type.String({ maxLength: 1000, description: 'Ignored on local' })),
}

/** The body that creates a CronJob: flat, with either a command or a function to call. */
export const CronJobCreate = Type.Object(
  { projectId: ProjectRef, name: ResourceName, ...spec },
  { additionalProperties: false },
)
export type CronJobCreate = Static<typeof CronJobCreate>

/** A change of a CronJob: absent fields stay, `null` clears a field that has no default. */
export const CronJobUpdate = Type.Object(
  {
    schedule: Type.Optional(ScheduleText),
    timeZone: nullable(Type.String({ maxLength: 64 })),
    command: spec.command,
    args: spec.args,
    functionId: nullable(Id),
    payload: spec.payload,
    environment: spec.environment,
    secrets: spec.secrets,
    concurrencyPolicy: spec.concurrencyPolicy,
    suspend: spec.suspend,
    startingDeadlineSeconds: nullable(Seconds(0, 2_147_483_647)),
    activeDeadlineSeconds: nullable(Seconds(1, 2_147_483_647)),
    backoffLimit: spec.backoffLimit,
    successfulJobsHistoryLimit: spec.successfulJobsHistoryLimit,
    failedJobsHistoryLimit: spec.failedJobsHistoryLimit,
    terminationGracePeriodSeconds: spec.terminationGracePeriodSeconds,
    image: nullable(Type.String({ maxLength: 1000 })),
  },
  { additionalProperties: false },
)
export type CronJobUpdate = Static<typeof CronJobUpdate>

const zone = (description: string) =>
  Type.Optional(Type.Union([Type.String({ maxLength: 64 }), Type.Null()], { description }))

/** The body of `PATCH …/schedule`. */
export const ScheduleUpdate = Type.Object(
  { schedule: spec.schedule, timeZone: zone('IANA name; without it the zone stays, null clears it') },
  { additionalProperties: false },
)
export type ScheduleUpdate = Static<typeof ScheduleUpdate>

/** The body of `PUT …/schedule`. */
export const ScheduleReplacement = Type.Object(
  { schedule: spec.schedule, timeZone: zone('IANA name; without it none: UTC on local') },
  { additionalProperties: false },
)
export type ScheduleReplacement = Static<typeof ScheduleReplacement>

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

/**
 * A CronJob as every answer carries it: the fields of its creation plus what is known about it. It has either `command`
 * and `args` or `functionId` and `payload`; the other two are absent.
 */
export const CronJob = Type.Object({
  id: Id,
  type: Type.Literal('cronjob'),
  projectId: Id,
  name: Type.String(),
  schedule: Type.String(),
  timeZone: Type.Optional(Type.String()),
  command: Type.Optional(Type.Array(Type.String(), { description: 'Absent where functionId is there' })),
  args: Type.Optional(Type.Array(Type.String(), { description: 'Absent where functionId is there' })),
  templateAppId: Type.Optional(Id),
  functionId: Type.Optional(Id),
  payload: Type.Optional(Type.Unknown({ description: 'Only beside functionId; null for none' })),
  environment: Environment,
  secrets: Type.Array(SecretReference),
  concurrencyPolicy: OneOf(concurrencyPolicies),
  suspend: Type.Boolean(),
  startingDeadlineSeconds: Type.Optional(Type.Integer()),
  activeDeadlineSeconds: Type.Optional(Type.Integer()),
  backoffLimit: Type.Integer(),
  successfulJobsHistoryLimit: Type.Integer(),
  failedJobsHistoryLimit: Type.Integer(),
  terminationGracePeriodSeconds: Type.Integer(),
  image: Type.Optional(Type.String()),
  createdAt: Instant,
  updatedAt: Instant,
  lastExecutionAt: Type.Optional(Instant),
  nextExecutionAt: Type.Optional(Instant),
  active: Type.Integer({ description: 'Runs in progress' }),
  recentExecutions: Type.Array(ExecutionSummary, {
    description: 'The last five runs and older ones in progress, newest first',
  }),
})
export type CronJob = Static<typeof CronJob>

const manifest = (description: string) => Type.Record(Type.String(), Type.Unknown(), { description })

/** What a create or a change would lead to; nothing was changed. */
export const CronJobPreview = Type.Object({
  manifest: manifest('The CronJob as it would be, as an object of batch/v1'),
  present: Type.Optional(manifest('The CronJob as it is; absent where it would be a new one')),
})
export type CronJobPreview = Static<typeof CronJobPreview>

/** Filters of a CronJob list. */
export const CronJobQuery = Type.Object(
  { ...PageQuery.properties, projectId: Type.Optional(ProjectRef) },
  { additionalProperties: false },
)

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
    args: spec.args,
    environment: spec.environment,
    image: Type.Optional(Type.String({ minLength: 1, maxLength: 1000, description: 'Refused on local' })),
  },
  { additionalProperties: false },
)
export type TriggerRequest = Static<typeof TriggerRequest>

/** How to resume: `skipMissed` drops the occurrence that would start at once. */
export const ResumeRequest = Type.Object({ skipMissed: Type.Optional(Type.Boolean()) }, { additionalProperties: false })
export type ResumeRequest = Static<typeof ResumeRequest>

/**
 * What a resume would start: the latest missed occurrence whose deadline still allows it, unless its minute has a Job
 * already; under Forbid it starts after the run in progress.
 */
export const ResumePreview = Type.Object({
  startsAtOnce: Type.Optional(Instant),
  startsAfterRun: Type.Optional(Instant),
  missedWhileSuspended: Type.Integer(),
  nextExecutionAt: Type.Optional(Instant),
})
export type ResumePreview = Static<typeof ResumePreview>

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

/** `{id, execId}` in a path. */
export const ExecutionParams = Type.Object({ id: Id, execId: Id }, { additionalProperties: false })
