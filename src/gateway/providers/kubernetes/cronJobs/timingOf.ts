import { parseSchedule, type Schedule, validateTimeZone } from '../../../../schedule/index.ts'
import type { KubeCronJob } from '../objects/batchV1.ts'

/** When a CronJob runs. */
export interface Timing {
  readonly schedule: Schedule
  readonly timeZone: string
}

/**
 * The schedule of a CronJob and its zone, which is that of the controller where none is given, taken for UTC. Nothing where
 * one of the two is not known here: an older Kubernetes accepted other schedules, a newer one knows other zones.
 */
export function timingOf({ spec }: KubeCronJob): Timing | undefined {
  const parsed = parseSchedule(spec.schedule)
  const { timeZone = 'UTC' } = spec
  return parsed.ok && validateTimeZone(timeZone).ok ? { schedule: parsed.schedule, timeZone } : undefined
}
