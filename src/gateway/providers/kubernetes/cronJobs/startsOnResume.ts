import { latestRun, parseSchedule } from '../../../../schedule/index.ts'
import type { ResumeStart } from '../../../domain/ports.ts'
import { neverStarts } from '../../../domain/ledgerOccurrences.ts'
import type { KubeCronJob, KubeJob } from '../objects/batchV1.ts'
import { millisecondsOf } from './fromKube.ts'

/** The name of the Job of an occurrence: that of the CronJob and the minute (k8s.io/kubernetes, getJobName). */
export const scheduledJobName = (cronJobName: string, scheduledAt: number): string =>
  `${cronJobName}-${Math.floor(scheduledAt / 60_000)}`

/**
 * The missed occurrence that the CronJob controller starts once the CronJob is not suspended any more
 * (k8s.io/kubernetes/pkg/controller/cronjob, syncCronJob): the latest since the last Job or, before the first, since the
 * creation, unless its deadline has passed or its Job exists already.
 */
export function startsOnResume(
  { metadata, spec, status }: KubeCronJob,
  jobByName: (name: string) => KubeJob | undefined,
  now: number,
): ResumeStart {
  const parsed = parseSchedule(spec.schedule)
  if (spec.suspend !== true || !parsed.ok || neverStarts(parsed.schedule, spec.startingDeadlineSeconds)) return {}
  const since = millisecondsOf(status?.lastScheduleTime) ?? millisecondsOf(metadata.creationTimestamp) ?? now
  const { latest } = latestRun(parsed.schedule, since, now, spec.timeZone ?? 'UTC')
  if (latest === undefined || jobByName(scheduledJobName(metadata.name, latest))) return {}
  const deadline = spec.startingDeadlineSeconds
  if (deadline !== undefined && latest + deadline * 1000 < now) return {}
  const isBusy = spec.concurrencyPolicy === 'Forbid' && (status?.active?.length ?? 0) > 0
  return isBusy ? { startsAfterRun: latest } : { startsAtOnce: latest }
}
