import { nextRun, parseSchedule } from '../../../../schedule/index.ts'
import type { KubeCronJob, KubeJob } from '../objects/batchV1.ts'
import type { RunEnd } from './executionOf.ts'
import { scheduledAtOf } from './scheduledAt.ts'

/** Why a Job went that had not ended, where nobody here asked for it. */
export function goneReason(job: KubeJob, cronJob: KubeCronJob | undefined, now: number): Omit<RunEnd, 'at'> {
  if (!cronJob) return { reason: 'Deleted', cause: 'Its CronJob was deleted.' }
  const { schedule, timeZone = 'UTC', concurrencyPolicy } = cronJob.spec
  const scheduledAt = scheduledAtOf(job, cronJob.metadata.name)
  const parsed = parseSchedule(schedule)
  if (concurrencyPolicy === 'Replace' && scheduledAt !== undefined && parsed.ok) {
    const next = nextRun(parsed.schedule, scheduledAt, timeZone)
    if (next !== undefined && next <= now) {
      return { reason: 'Replaced', cause: 'It was replaced by the next run (concurrencyPolicy Replace).' }
    }
  }
  return { reason: 'Deleted', cause: 'Its Job was deleted while it ran.' }
}
