import { defined } from '../../../../base/defined.ts'
import type { CronJobRecord, CronJobSpec } from '../../../domain/cronJob.ts'
import { cronJobDefaults } from '../../../domain/cronJobSpec.ts'
import type { ObjectMeta } from '../client/kubeObject.ts'
import type { KubeCronJob } from '../objects/batchV1.ts'
import { variablesOf } from './environment.ts'
import { annotations } from '../labels.ts'
import { payloadOf } from './functionCaller.ts'
import { mainContainer } from './mainContainer.ts'

/** An instant of the API as epoch milliseconds. */
export const millisecondsOf = (instant: string | null | undefined): number | undefined => {
  const milliseconds = instant == null ? Number.NaN : Date.parse(instant)
  return Number.isNaN(milliseconds) ? undefined : milliseconds
}

/** What of a CronJob our spec can say: about its main container, whatever else it holds. */
export function specOf({ metadata, spec }: KubeCronJob): CronJobSpec {
  const job = spec.jobTemplate.spec
  const container = mainContainer(job.template)
  const env = container?.env ?? []
  const functionId = metadata.annotations?.[annotations.functionId]
  return defined({
    name: metadata.name,
    schedule: spec.schedule,
    timeZone: spec.timeZone,
    target:
      functionId === undefined
        ? { kind: 'command' as const, command: container?.command ?? [], args: container?.args ?? [] }
        : { kind: 'function' as const, functionId, payload: payloadOf(env) },
    ...variablesOf(env),
    concurrencyPolicy: spec.concurrencyPolicy ?? cronJobDefaults.concurrencyPolicy,
    suspend: spec.suspend ?? cronJobDefaults.suspend,
    startingDeadlineSeconds: spec.startingDeadlineSeconds,
    activeDeadlineSeconds: job.activeDeadlineSeconds,
    backoffLimit: job.backoffLimit ?? cronJobDefaults.backoffLimit,
    successfulJobsHistoryLimit: spec.successfulJobsHistoryLimit ?? cronJobDefaults.successfulJobsHistoryLimit,
    failedJobsHistoryLimit: spec.failedJobsHistoryLimit ?? cronJobDefaults.failedJobsHistoryLimit,
    terminationGracePeriodSeconds:
      job.template.spec.terminationGracePeriodSeconds ?? cronJobDefaults.terminationGracePeriodSeconds,
    // What calls a function is the platform's.
    image: functionId === undefined ? container?.image : undefined,
    templateAppId: metadata.annotations?.[annotations.templateAppId],
  })
}

/** A CronJob of the cluster as the gateway's record. */
export function recordOf(object: KubeCronJob, id: string, projectId: string): CronJobRecord {
  const createdAt = millisecondsOf(object.metadata.creationTimestamp) ?? 0
  return { id, projectId, spec: specOf(object), createdAt, updatedAt: object.changedAt ?? createdAt }
}

interface ManagedMeta extends ObjectMeta {
  readonly managedFields?: readonly { readonly time?: string; readonly subresource?: string }[]
}

/** What is held of a CronJob: all of it, and when anybody last changed it and not its status, in whole seconds. */
export function keepCronJob(object: KubeCronJob): KubeCronJob {
  const { managedFields = [] } = object.metadata as ManagedMeta
  const times = managedFields.flatMap(({ time, subresource }) =>
    subresource === undefined ? (millisecondsOf(time) ?? []) : [],
  )
  return times.length === 0 ? object : { ...object, changedAt: Math.max(...times) }
}
