import { type Static, Type } from 'typebox'
import {
  Arguments,
  Command,
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
import { ExecutionSummary } from './executions.ts'

/** What happens when a run is due while another is still running (batch/v1 CronJobSpec.concurrencyPolicy). */
export const concurrencyPolicies = ['Allow', 'Forbid', 'Replace'] as const
/** One of {@link concurrencyPolicies}. */
export type ConcurrencyPolicy = (typeof concurrencyPolicies)[number]

const Seconds = (minimum: number, maximum: number) => Type.Integer({ minimum, maximum })
const spec = {
  schedule: ScheduleText,
  timeZone: Type.Optional(Type.String({ maxLength: 64, description: 'IANA name; without it UTC on local' })),
  command: Type.Optional(Command),
  args: Type.Optional(Arguments),
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
