import type { ConcurrencyPolicy } from '../../../../contract/cronJobs.ts'
import type { KubeObject } from '../client/kubeObject.ts'
import type { Condition, PodTemplate } from './coreV1.ts'

/** The part of batch/v1 JobSpec that the product reads; what else it holds is kept. */
export interface JobSpec {
  readonly backoffLimit?: number
  readonly activeDeadlineSeconds?: number
  readonly parallelism?: number
  readonly completions?: number
  readonly suspend?: boolean
  readonly template: PodTemplate
}

/** batch/v1 JobTemplateSpec. */
export interface JobTemplate {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly spec: JobSpec
}

/** A CronJob of batch/v1 as far as the product reads it. */
export interface KubeCronJob extends KubeObject {
  readonly spec: {
    readonly schedule: string
    readonly timeZone?: string
    readonly concurrencyPolicy?: ConcurrencyPolicy
    readonly suspend?: boolean
    readonly startingDeadlineSeconds?: number
    readonly successfulJobsHistoryLimit?: number
    readonly failedJobsHistoryLimit?: number
    readonly jobTemplate: JobTemplate
  }
  readonly status?: {
    readonly lastScheduleTime?: string
    readonly lastSuccessfulTime?: string
    readonly active?: readonly { readonly name?: string; readonly uid?: string }[]
  }
  /** Not of the API, but read from its managed fields: when the object was last changed; epoch milliseconds. */
  readonly changedAt?: number
}

/** A Job of batch/v1 as far as the product reads it. */
export interface KubeJob extends KubeObject {
  readonly spec: JobSpec
  readonly status?: {
    readonly startTime?: string
    readonly completionTime?: string
    readonly active?: number
    readonly failed?: number
    readonly succeeded?: number
    readonly conditions?: readonly Condition[]
  }
}
