import { latestRun } from '../../../../schedule/index.ts'
import type { ResumeStart } from '../../../domain/ports.ts'
import { neverStarts } from '../../../domain/ledgerOccurrences.ts'
import type { KubeCronJob, KubeJob } from '../objects/batchV1.ts'
import { millisecondsOf } from './fromKube.ts'
import { timingOf } from './timingOf.ts'

/** The name of the Job of an occurrence: that of the CronJob and the minute (k8s.io/kubernetes, getJobName). */
export const scheduledJobName = (cronJobName: string, scheduledAt: number): string =>
  `${cronJobName}-${Math.floor(scheduledAt / 60_000)}`

/**
 * The missed occurrence that the CronJob controller starts once the CronJob is not suspended any more
 * (k8s.io/kubernetes/pkg/controller/cronjob, syncCronJob): the latest since the last Job or, before the first, since the
 * creation, unless its deadline has passed or its Job exists already.
 */
export function startsOnResume(
  cronJob: KubeCronJob,
  jobByName: (name: string) => KubeJob | undefined,
  now: number,
): ResumeStart {
  const { metadata, spec, status } = cronJob
  const timing = timingOf(cronJob)
  if (spec.suspend !== true || !timing || neverStarts(timing.schedule, spec.startingDeadlineSeconds)) return {}
  const since = millisecondsOf(status?.lastScheduleTime) ?? millisecondsOf(metadata.creationTimestamp) ?? now
  const { latest } = latestRun(timing.schedule, since, now, timing.timeZone)
  if (latest === undefined || jobByName(scheduledJobName(metadata.name, latest))) return {}
  const deadline = spec.startingDeadlineSeconds
  if (deadline !== undefined && latest + deadline * 1000 < now) return {}
  const isBusy = spec.concurrencyPolicy === 'Forbid' && (status?.active?.length ?? 0) > 0
  return isBusy ? { startsAfterRun: latest } : { startsAtOnce: latest }
}
