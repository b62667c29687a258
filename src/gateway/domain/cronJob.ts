import type { ConcurrencyPolicy } from '../../contract/cronJobs.ts'
import type { ExecutionPhase, ExecutionStatus, Trigger } from '../../contract/executions.ts'
import type { SecretReference } from '../../contract/common.ts'

/** What a CronJob runs: a command of its own or a call of a function. */
export type Target =
  | { readonly kind: 'command'; readonly command: readonly string[]; readonly args: readonly string[] }
  | { readonly kind: 'function'; readonly functionId: string; readonly payload: unknown }

/** The desired state of a CronJob with every default filled in (batch/v1 CronJobSpec). */
export interface CronJobSpec {
  readonly name: string
  readonly schedule: string
  /** IANA name; absent means UTC on `local`. */
  readonly timeZone?: string
  readonly target: Target
  readonly environment: Readonly<Record<string, string>>
  readonly secrets: readonly SecretReference[]
  readonly concurrencyPolicy: ConcurrencyPolicy
  readonly suspend: boolean
  readonly startingDeadlineSeconds?: number
  readonly activeDeadlineSeconds?: number
  readonly backoffLimit: number
  readonly successfulJobsHistoryLimit: number
  readonly failedJobsHistoryLimit: number
  readonly terminationGracePeriodSeconds: number
  readonly image?: string
  /** The application that it was made of. */
  readonly templateAppId?: string
}

/** What a change would lead to, as objects of batch/v1 CronJob without what a cluster alone writes. */
export interface CronJobPreview {
  readonly manifest: Readonly<Record<string, unknown>>
  /** Absent where the CronJob would be a new one. */
  readonly present?: Readonly<Record<string, unknown>>
}

/** A CronJob as its provider holds it. Instants are epoch milliseconds. */
export interface CronJobRecord {
  readonly id: string
  readonly projectId: string
  readonly spec: CronJobSpec
  readonly createdAt: number
  readonly updatedAt: number
}

/** One process tree or pod of an execution. Instants are epoch milliseconds. */
export interface Attempt {
  readonly number: number
  readonly startedAt: number
  readonly completedAt?: number
  readonly exitCode?: number
  readonly signal?: string
}

/** One run of a CronJob. Instants are epoch milliseconds; a manual run has no `scheduledAt`. */
export interface Execution {
  readonly id: string
  readonly applicationId: string
  readonly jobName: string
  readonly scheduledAt?: number
  readonly startedAt: number
  readonly completedAt?: number
  readonly status: ExecutionStatus
  readonly phase: ExecutionPhase
  readonly reason?: string
  readonly cause?: string
  readonly exitCode?: number
  readonly trigger: Trigger
  readonly retryOf?: string
  /** Absent where it ran as its CronJob says. */
  readonly changes?: RunChanges
  readonly attempts: readonly Attempt[]
}

/** What a run by hand has instead of what its CronJob says. */
export interface RunChanges {
  readonly args?: readonly string[]
  readonly image?: string
  /** Added to the variables, or in place of those of the same name. */
  readonly environment?: Readonly<Record<string, string>>
}

/** How a run is started by hand. */
export interface TriggerOptions extends RunChanges {
  /** The run that a user wants again. */
  readonly retryOf?: string
}

/** Why an occurrence was passed over. */
export type SkipReason = 'concurrency' | 'suspended' | 'deadline'

/** A decision not to start an occurrence. */
export interface Decision {
  readonly applicationId: string
  readonly scheduledAt: number
  readonly reason: SkipReason
  readonly decidedAt: number
}

/** The schedule of a CronJob between two instants; `validTo` is absent for the present one. */
export interface SchedulePeriod {
  readonly applicationId: string
  readonly schedule: string
  readonly timeZone?: string
  readonly suspend: boolean
  readonly concurrencyPolicy: ConcurrencyPolicy
  readonly startingDeadlineSeconds?: number
  /** The nominal time from which `@every` counts: at first the creation. */
  readonly anchor: number
  readonly validFrom: number
  readonly validTo?: number
}

/** A span in which a gateway was watching. `endedAt` of the present one is its last heartbeat. */
export interface WatchSpan {
  readonly startedAt: number
  readonly endedAt: number
}
