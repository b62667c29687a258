import { nextRun } from '../../../../schedule/index.ts'
import { timingOf } from '../cronJobs/timingOf.ts'
import type { KubeCronJob, KubeJob } from '../objects/batchV1.ts'
import type { RunEnd } from './executionOf.ts'
import { scheduledAtOf } from './scheduledAt.ts'

/** Why a Job went that had not ended, where nobody here asked for it. */
export function goneReason(job: KubeJob, cronJob: KubeCronJob | undefined, now: number): Omit<RunEnd, 'at'> {
  if (!cronJob) return { reason: 'Deleted', cause: 'Its CronJob was deleted.' }
  const scheduledAt = scheduledAtOf(job, cronJob.metadata.name)
  const timing = timingOf(cronJob)
  if (cronJob.spec.concurrencyPolicy === 'Replace' && scheduledAt !== undefined && timing) {
    const next = nextRun(timing.schedule, scheduledAt, timing.timeZone)
    if (next !== undefined && next <= now) {
      return { reason: 'Replaced', cause: 'It was replaced by the next run (concurrencyPolicy Replace).' }
    }
  }
  return { reason: 'Deleted', cause: 'Its Job was deleted while it ran.' }
}
