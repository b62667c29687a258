import type { EverySchedule } from './schedule.ts'
import type { LintOptions, Warning } from './warning.ts'
import { durationText } from './words.ts'

/** What may be wrong with `@every`: it has no zone, little sense below a minute, and none with a shorter deadline. */
export function lintEvery(schedule: EverySchedule, options: LintOptions): Warning[] {
  const warnings: Warning[] = []
  const seconds = schedule.intervalMs / 1000
  const { startingDeadlineSeconds: deadline, timeZone, everyAnchor } = options
  if (deadline !== undefined && deadline < seconds)
    warnings.push({
      code: 'EVERY_NEVER_STARTS',
      severity: 'error',
      message: `With startingDeadlineSeconds ${deadline}, below the interval of ${durationText(seconds)}, no run ever starts. Use ${seconds} or more, or leave the deadline out.`,
    })
  if (seconds < 60)
    warnings.push({
      code: 'EVERY_UNDER_MINUTE',
      severity: 'warning',
      message: `Every ${durationText(seconds)} is under a minute: the controller does not start a CronJob's runs that fast and drops all but the latest due run. Use @every 1m or more.`,
    })
  if (timeZone !== undefined) {
    const anchor = everyAnchor === undefined ? 'the creation' : new Date(everyAnchor).toISOString()
    warnings.push({
      code: 'EVERY_IGNORES_ZONE',
      severity: 'info',
      message: `@every counts from ${anchor} and ignores the time zone ${timeZone}.`,
      ...(everyAnchor === undefined ? {} : { at: everyAnchor }),
    })
  }
  return warnings
}
