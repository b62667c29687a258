import { civilFromDays } from './civil.ts'
import { type ClockChange, changesWithin } from './clockChanges.ts'
import { isFull } from './fieldValues.ts'
import { firstMatch } from './firstMatch.ts'
import { runsBetween } from './runs.ts'
import type { CronSchedule } from './schedule.ts'
import type { Warning } from './warning.ts'
import { clockText, join, monthNames } from './words.ts'
import { zoneOf } from './zone.ts'

const day = 86_400
/** How far lint looks ahead, in seconds. */
const year = 366 * day
/** Runs looked at around a change: more than a day of every minute. */
const many = 2000
/** Local times named one by one in a message. */
const namedTimes = 4

/**
 * The first gap and the first overlap of the clock within a year that touch a schedule: local times that do not exist,
 * so that Kubernetes skips the run, or exist twice, so that it runs twice. A schedule of every hour is not touched.
 */
export function lintClockChanges(schedule: CronSchedule, from: number, timeZone: string): Warning[] {
  if (isFull(schedule, 'hour')) return []
  const warnings: Warning[] = []
  for (const change of changesWithin(zoneOf(timeZone), Math.floor(from / 1000), year)) {
    const warning = change.after > change.before ? gap(schedule, change, timeZone) : overlap(schedule, change, timeZone)
    if (warning && !warnings.some(one => one.code === warning.code)) warnings.push(warning)
  }
  return warnings
}

function gap(schedule: CronSchedule, change: ClockChange, timeZone: string): Warning | undefined {
  const lost = matchesBetween(schedule, change.at + change.before, change.at + change.after)
  const at = change.at * 1000
  const [first] = lost
  if (first === undefined) return astray(schedule, change, timeZone)
  const skipped = lost.length > 1 ? 'these runs are skipped' : 'that run is skipped'
  return {
    code: 'CLOCK_GAP',
    severity: 'warning',
    message: `${dateText(first)}: ${timesText(lost)} ${lost.length > 1 ? 'do' : 'does'} not exist in ${timeZone}, where the clock jumps from ${clockOf(change.at + change.before)} to ${clockOf(change.at + change.after)}; ${runsOn(schedule, first, timeZone) ? skipped : 'no run that day'}.`,
    at,
  }
}

function overlap(schedule: CronSchedule, change: ClockChange, timeZone: string): Warning | undefined {
  const { at, before, after } = change
  const shift = before - after
  const runs = new Set(runsBetween(schedule, (at - shift) * 1000 - 1, (at + shift) * 1000, timeZone, many))
  // Where the shift is no whole hour the walk may meet only one of the two.
  const twice = matchesBetween(schedule, at + after, at + before).filter(
    local => runs.has((local - before) * 1000) && runs.has((local - after) * 1000),
  )
  const [first] = twice
  if (first === undefined) return astray(schedule, change, timeZone)
  return {
    code: 'CLOCK_OVERLAP',
    severity: 'warning',
    message: `${dateText(first)}: ${timesText(twice)} ${twice.length > 1 ? 'come' : 'comes'} twice in ${timeZone}, where the clock goes back from ${clockOf(at + before)} to ${clockOf(at + after)}; the job runs both times.`,
    at: at * 1000,
  }
}

/**
 * Kubernetes' walk can also lose its way beside a gap: it drops runs after a change by half an hour (Lord Howe), and
 * takes the next day for one that matches where the clock skips midnight (Cairo, Santiago).
 */
function astray(schedule: CronSchedule, change: ClockChange, timeZone: string): Warning | undefined {
  const { at, after } = change
  const runs = runsBetween(schedule, (at - 2 * day) * 1000, (at + 8 * day) * 1000, timeZone, many)
    .map(run => run / 1000 + after)
    .filter(local => local >= at + after)
  if (runs.length >= many) return undefined
  const wanted = matchesBetween(schedule, at + after, at + after + 8 * day)
  const lost = wanted.find(local => !runs.includes(local))
  const added = runs.find(local => !wanted.includes(local))
  const first = lost ?? added
  if (first === undefined) return undefined
  const what = lost === undefined ? 'also runs it' : 'drops the run'
  return {
    code: 'CLOCK_GAP',
    severity: 'warning',
    message: `${dateText(first)}: Kubernetes ${what} at ${clockOf(first)} in ${timeZone} because of the clock change of ${dateText(at + change.before)}.`,
    at: (first - after) * 1000,
  }
}

/** Local seconds in [from, to) that match, at most {@link many}. */
function matchesBetween(schedule: CronSchedule, from: number, to: number): number[] {
  const matches: number[] = []
  const { year: lastYear } = civilFromDays(Math.floor(to / day))
  let minute = firstMatch(schedule, Math.ceil(from / 60), lastYear)
  while (minute !== undefined && minute * 60 < to && matches.length < many) {
    matches.push(minute * 60)
    minute = firstMatch(schedule, minute + 1, lastYear)
  }
  return matches
}

/** Whether any run falls on the local date of a local second. */
function runsOn(schedule: CronSchedule, local: number, timeZone: string): boolean {
  const zone = zoneOf(timeZone)
  const date = Math.floor(local / day)
  return runsBetween(schedule, (local - 2 * day) * 1000, (local + 2 * day) * 1000, timeZone, 4 * many).some(run => {
    const second = run / 1000
    return Math.floor((second + zone.segmentAt(second).offset) / day) === date
  })
}

function timesText(locals: readonly number[]): string {
  const shown = locals.slice(0, namedTimes).map(clockOf)
  return locals.length > namedTimes ? `${shown.join(', ')} and ${locals.length - namedTimes} more` : join(shown)
}

function clockOf(local: number): string {
  const second = local - Math.floor(local / day) * day
  return clockText(Math.floor(second / 3600), Math.floor(second / 60) % 60)
}

function dateText(local: number): string {
  const { year: inYear, month, day: dayOfMonth } = civilFromDays(Math.floor(local / day))
  return `${dayOfMonth} ${monthNames[month - 1]} ${inYear}`
}
