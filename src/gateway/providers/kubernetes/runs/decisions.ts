import { latestRun } from '../../../../schedule/index.ts'
import type { Decision } from '../../../domain/cronJob.ts'
import { millisecondsOf } from '../cronJobs/fromKube.ts'
import { timingOf } from '../cronJobs/timingOf.ts'
import type { KubeCronJob } from '../objects/batchV1.ts'
import type { KubeEvent } from '../objects/coreV1.ts'

/**
 * What an event of the CronJob controller says about an occurrence (k8s.io/kubernetes/pkg/controller/cronjob): of
 * `MissSchedule` the deadline had passed; at a `JobAlreadyActive` the latest one due waits, and is passed over unless a
 * run of it follows.
 */
export function decisionOf(event: KubeEvent, cronJob: KubeCronJob, applicationId: string): Decision | undefined {
  const decidedAt = observedAt(event)
  if (decidedAt === undefined) return undefined
  if (event.reason === 'MissSchedule') {
    const text = /start a job: (.+)$/.exec(event.message ?? '')?.[1]
    const scheduledAt = millisecondsOf(text)
    return scheduledAt === undefined ? undefined : { applicationId, scheduledAt, reason: 'deadline', decidedAt }
  }
  if (event.reason !== 'JobAlreadyActive') return undefined
  const timing = timingOf(cronJob)
  const since = millisecondsOf(cronJob.status?.lastScheduleTime) ?? millisecondsOf(cronJob.metadata.creationTimestamp)
  if (!timing || since === undefined) return undefined
  const { latest } = latestRun(timing.schedule, since, decidedAt, timing.timeZone)
  return latest === undefined ? undefined : { applicationId, scheduledAt: latest, reason: 'concurrency', decidedAt }
}

/** When an event was last seen; epoch milliseconds. */
export const observedAt = ({
  series,
  lastTimestamp,
  eventTime,
  firstTimestamp,
  metadata,
}: KubeEvent): number | undefined =>
  millisecondsOf(series?.lastObservedTime) ??
  millisecondsOf(lastTimestamp) ??
  millisecondsOf(eventTime) ??
  millisecondsOf(firstTimestamp) ??
  millisecondsOf(metadata.creationTimestamp)
