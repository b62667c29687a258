import { CronExpressionParser } from 'cron-parser'
import { changesWithin } from './lintClockChanges.ts'
import { nextRun } from './next.ts'
import type { Schedule } from './schedule.ts'
import type { Warning } from './warning.ts'
import { zoneOf } from './zone.ts'

/** Runs compared from the start and around each clock change of the year. */
const runsFromStart = 40
const runsAroundChange = 12
const twoDaysMs = 2 * 86_400_000
const yearSeconds = 366 * 86_400

/**
 * Where an ordinary cron library (cron-parser) would run a schedule at other times than Kubernetes, or refuses it: at
 * most one warning, which names the first difference within a year.
 */
export function lintPortability(schedule: Schedule, from: number, timeZone: string): Warning[] {
  if (schedule.kind === 'every')
    return [
      differ('Other cron tools do not know @every with a duration; only robfig/cron, which Kubernetes uses, does.'),
    ]
  // Kubernetes has one more descriptor than cron-parser; everybody else knows it as @daily.
  if (schedule.text === '@midnight') return []
  const starts: [at: number, count: number][] = [[from, runsFromStart]]
  for (const change of changesWithin(zoneOf(timeZone), Math.floor(from / 1000), yearSeconds))
    starts.push([change.at * 1000 - twoDaysMs, runsAroundChange])
  for (const [at, count] of starts) {
    const difference = firstDifference(schedule, at, count, timeZone)
    if (difference) return [difference]
  }
  return []
}

function firstDifference(schedule: Schedule, from: number, count: number, timeZone: string): Warning | undefined {
  let ours: number | undefined = from
  try {
    const theirs = CronExpressionParser.parse(schedule.text, { currentDate: from, tz: timeZone })
    for (let i = 0; i < count; i++) {
      ours = nextRun(schedule, ours, timeZone)
      const other = theirs.next().getTime()
      if (ours === other) continue
      if (ours === undefined || other < ours)
        return differ(
          `Other cron tools also run it at ${localText(other, timeZone)}, where Kubernetes does not.`,
          other,
        )
      return differ(`Other cron tools do not run it at ${localText(ours, timeZone)}, where Kubernetes does.`, ours)
    }
    return undefined
  } catch (error) {
    // cron-parser throws plain Errors for what it does not accept and for what it gives up on.
    const reason = error instanceof Error ? error.message : String(error)
    return differ(`Other cron tools refuse it or give up on it (${reason}).`, ours === from ? undefined : ours)
  }
}

function differ(message: string, at?: number): Warning {
  return { code: 'OTHER_TOOLS_DIFFER', severity: 'info', message, ...(at === undefined ? {} : { at }) }
}

function localText(instant: number, timeZone: string): string {
  const shown = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    dateStyle: 'long',
    timeStyle: 'short',
  }).format(instant)
  return `${shown} (${timeZone})`
}
