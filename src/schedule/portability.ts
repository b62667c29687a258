import { CronExpressionParser } from 'cron-parser'
import { type ClockChange, changesWithin } from './clockChanges.ts'
import { isFull } from './fieldValues.ts'
import { nextRun } from './next.ts'
import type { CronSchedule, Schedule } from './schedule.ts'
import type { Warning } from './warning.ts'
import { zoneOf } from './zone.ts'

/** Runs compared from the start and around each clock change of the year. */
const runsFromStart = 40
const runsAroundChange = 12
const twoDays = 2 * 86_400
const year = 366 * 86_400

/**
 * Where an ordinary cron library (cron-parser) would run a schedule at other times than Kubernetes, or refuses it: at
 * most one warning, which names the first difference within a year.
 */
export function lintPortability(schedule: Schedule, from: number, timeZone: string): Warning[] {
  if (schedule.kind === 'every')
    return [
      differ('Only robfig/cron, which Kubernetes uses, knows @every with a duration; other cron tools refuse it.'),
    ]
  // Kubernetes has one more descriptor than cron-parser; everybody else knows it as @daily.
  const text = schedule.text === '@midnight' ? '@daily' : schedule.text
  const start = Math.floor(from / 1000)
  const changes = changesWithin(zoneOf(timeZone), start, year)
  const odd = changes.find(change => (change.after - change.before) % 3600 !== 0)
  // cron-parser searches for seconds and gives up near a change that is not of whole hours.
  const until = odd ? odd.at - twoDays : start + year
  const spans: [from: number, count: number][] = [
    [start, runsFromStart],
    ...changes.map(change => [change.at - twoDays, runsAroundChange] as [number, number]),
  ]
  for (const [at, count] of spans.filter(([at]) => at < until)) {
    const difference = firstDifference(schedule, text, { from: at, until, count, timeZone })
    if (difference) return [difference]
  }
  return odd && !isFull(schedule, 'hour') ? [oddChange(odd, timeZone)] : []
}

interface Span {
  /** Seconds since 1970. */
  readonly from: number
  readonly until: number
  /** Runs to compare. */
  readonly count: number
  readonly timeZone: string
}

function firstDifference(schedule: CronSchedule, text: string, span: Span): Warning | undefined {
  const { timeZone } = span
  let ours: number | undefined = span.from * 1000
  try {
    const theirs = CronExpressionParser.parse(text, { currentDate: ours, tz: timeZone })
    for (let i = 0; i < span.count; i++) {
      ours = nextRun(schedule, ours, timeZone)
      if (ours === undefined || ours >= span.until * 1000) return undefined
      const other = theirs.next().getTime()
      if (other < ours)
        return differ(
          `Other cron tools also run it at ${localText(other, timeZone)}, where Kubernetes does not.`,
          other,
        )
      if (other > ours)
        return differ(`Other cron tools do not run it at ${localText(ours, timeZone)}, where Kubernetes does.`, ours)
    }
    return undefined
  } catch (error) {
    // cron-parser throws plain Errors for what it does not accept and for what it gives up on.
    if (!(error instanceof Error)) throw error
    return differ(`Other cron tools refuse it or give up on it (${error.message}).`)
  }
}

function oddChange(change: ClockChange, timeZone: string): Warning {
  const minutes = Math.abs(change.after - change.before) / 60
  const at = change.at * 1000
  return differ(
    `Other cron tools run it at other times or give up when the clock of ${timeZone} moves by ${minutes} minutes, next on ${localText(at, timeZone)}.`,
    at,
  )
}

function differ(message: string, at?: number): Warning {
  return { code: 'OTHER_TOOLS_DIFFER', severity: 'info', message, ...(at === undefined ? {} : { at }) }
}

function localText(instant: number, timeZone: string): string {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, dateStyle: 'long', timeStyle: 'short' })
  return `${format.format(instant)} (${timeZone})`
}
