import { lintClockChanges } from './lintClockChanges.ts'
import { lintEvery } from './lintEvery.ts'
import { lintFields } from './lintFields.ts'
import { nextRuns } from './next.ts'
import { parseSchedule } from './parse.ts'
import type { Schedule } from './schedule.ts'
import { validateTimeZone } from './timeZones.ts'
import type { LintOptions, Warning } from './warning.ts'
import { durationText } from './words.ts'

/** From this number of other jobs on, one minute counts as crowded. */
const manyPeers = 10
/** The controller looks at a CronJob every ten seconds, so a shorter deadline may always be over. */
const controllerPeriodSeconds = 10
/** Runs looked at for the shortest distance between two: a day of one every ten minutes, and weeks of a daily one. */
const runsForDistance = 150

/**
 * As `lintSchedule`, without the comparison with other cron tools: it answers while the user types and needs no package.
 */
export function lintRules(text: string, options: LintOptions): Warning[] {
  const parsed = parseSchedule(text)
  if (!parsed.ok) return [{ code: 'REFUSED', severity: 'error', message: `${parsed.error.message}.` }]
  const zone = options.timeZone === undefined ? undefined : validateTimeZone(options.timeZone)
  if (zone && !zone.ok) return [{ code: 'REFUSED', severity: 'error', message: `${zone.message}.` }]
  const { schedule } = parsed
  const timeZone = options.timeZone ?? 'UTC'
  const warnings =
    schedule.kind === 'every'
      ? lintEvery(schedule, options)
      : [
          ...lintFields(schedule, options.from, timeZone),
          ...lintClockChanges(schedule, options.from, timeZone),
          ...zoneAssumed(options),
        ]
  warnings.push(...lintLoad(schedule, options, timeZone), ...lintDeadline(options))
  return worstFirst(warnings)
}

/** Warnings by severity; equal ones keep their order. */
export function worstFirst(warnings: readonly Warning[]): Warning[] {
  const rank = { error: 0, warning: 1, info: 2 }
  return [...warnings].sort((a, b) => rank[a.severity] - rank[b.severity])
}

function zoneAssumed(options: LintOptions): Warning[] {
  if (options.timeZone !== undefined) return []
  return [
    {
      code: 'ZONE_ASSUMED',
      severity: 'info',
      message:
        "Without a time zone the schedule is read in UTC; on Kubernetes in the controller's zone, assumed to be UTC. Set timeZone to be sure.",
    },
  ]
}

function lintLoad(schedule: Schedule, options: LintOptions, timeZone: string): Warning[] {
  const warnings: Warning[] = []
  const { typicalDurationSeconds: typical, peersAtSameMinute: peers = 0 } = options
  const distance = typical === undefined ? undefined : shortestDistance(schedule, options.from, timeZone)
  if (typical !== undefined && distance !== undefined && distance < typical)
    warnings.push({
      code: 'MORE_OFTEN_THAN_JOB',
      severity: 'warning',
      message: `Runs are due up to every ${durationText(distance)}, but one usually takes ${durationText(Math.round(typical))}. Run it less often, or decide with the concurrency policy what happens.`,
    })
  if (peers >= manyPeers)
    warnings.push({
      code: 'MANY_AT_ONE_MINUTE',
      severity: 'info',
      message: `${peers} other jobs start at the same minute. Another minute spreads the load.`,
    })
  return warnings
}

/** Seconds between the two runs that follow each other fastest. */
function shortestDistance(schedule: Schedule, from: number, timeZone: string): number | undefined {
  if (schedule.kind === 'every') return schedule.intervalMs / 1000
  const runs = nextRuns(schedule, from, timeZone, runsForDistance)
  const distances = runs.slice(1).map((run, i) => run - runs[i]!)
  return distances.length === 0 ? undefined : Math.min(...distances) / 1000
}

function lintDeadline(options: LintOptions): Warning[] {
  const deadline = options.startingDeadlineSeconds
  if (deadline === undefined || deadline >= controllerPeriodSeconds) return []
  return [
    {
      code: 'DEADLINE_TOO_SHORT',
      severity: 'warning',
      message: `startingDeadlineSeconds is ${deadline}: the controller looks every ${controllerPeriodSeconds} seconds, so a run may never start in time. Use ${controllerPeriodSeconds} or more.`,
    },
  ]
}
