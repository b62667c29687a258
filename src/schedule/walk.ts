import { civilFromDays, daysFromCivil, weekdayOf } from './civil.ts'
import type { CronSchedule } from './schedule.ts'
import { steadyMatch, type WalkState } from './steadyMatch.ts'
import type { Zone } from './zone.ts'

/** Calendar years after that of the start in which a run is sought (robfig/cron v3.0.1, spec.go). */
const yearsAhead = 5

const minute = 60
const hour = 3600
const day = 86_400

/**
 * The first run after an instant, both in seconds since 1970: SpecSchedule.Next of robfig/cron v3.0.1. Raises month,
 * day, hour, minute and second in turn until each is allowed, resolving local times as Go's time.Date does, and
 * starts again when one wraps around. undefined = none in five calendar years.
 */
export function walk(schedule: CronSchedule, after: number, zone: Zone): number | undefined {
  const { minuteFrom, hourFrom, monthFrom } = schedule
  if (minuteFrom[0] === 60 || hourFrom[0] === 24 || monthFrom[1] === 13) return undefined
  let t = after + 1
  const lastYear = yearAt(zone, t) + yearsAhead
  let state: WalkState = 'fresh'

  search: for (;;) {
    const steady = steadyMatch(schedule, zone, t, state, lastYear)
    if (steady !== 'unsteady') return steady
    let clock = clockAt(zone, t)
    if (clock.year > lastYear) return undefined

    while (monthFrom[clock.month] !== clock.month) {
      if (state === 'fresh') {
        state = 'reset'
        t = goDate(zone, clock.year, clock.month, 1, 0)
        clock = clockAt(zone, t)
      }
      t = onward(zone, t, goDate(zone, clock.year, clock.month + 1, clock.day, clock.secondOfDay))
      clock = clockAt(zone, t)
      if (clock.month === 1) continue search
    }

    while (!dayMatches(schedule, clock)) {
      if (state === 'fresh') {
        state = 'reset'
        t = goDate(zone, clock.year, clock.month, clock.day, 0)
        clock = clockAt(zone, t)
      }
      let raised = goDate(zone, clock.year, clock.month, clock.day + 1, clock.secondOfDay)
      const hours = hourAt(zone, raised)
      // A midnight that a clock change skipped comes out as 23:00 or 01:00.
      if (hours > 12) raised += (24 - hours) * hour
      else raised -= hours * hour
      t = onward(zone, t, raised)
      clock = clockAt(zone, t)
      if (clock.day === 1) continue search
    }

    let hours = hourAt(zone, t)
    while (hourFrom[hours] !== hours) {
      if (state === 'fresh') {
        state = 'reset'
        t = goDate(zone, clock.year, clock.month, clock.day, hours * hour)
      }
      t += hour
      hours = hourAt(zone, t)
      if (hours === 0) continue search
    }

    let minutes = minuteAt(zone, t)
    while (minuteFrom[minutes] !== minutes) {
      if (state === 'fresh') {
        state = 'reset'
        // As Go's Truncate: a full minute of UTC, not of the zone.
        t -= modulo(t, minute)
      }
      t += minute
      minutes = minuteAt(zone, t)
      if (minutes === 0) continue search
    }

    if (secondAt(zone, t) === 0) return t
    do t++
    while (secondAt(zone, t) !== 0)
    state = 'reset'
  }
}

/**
 * The next step of the walk. Where a whole day does not exist (Apia, 30 December 2011) raising the day leads back to
 * where it began and the original never ends; here the walk goes on behind the gap.
 */
function onward(zone: Zone, from: number, to: number): number {
  return to > from ? to : zone.segmentAt(from).end
}

/** What a wall clock in a zone shows. */
interface ClockReading {
  readonly year: number
  readonly month: number
  readonly day: number
  /** Days since 1970-01-01 on that clock. */
  readonly days: number
  readonly secondOfDay: number
}

function localAt(zone: Zone, t: number): number {
  return t + zone.segmentAt(t).offset
}

function clockAt(zone: Zone, t: number): ClockReading {
  const local = localAt(zone, t)
  const days = Math.floor(local / day)
  const { year, month, day: dayOfMonth } = civilFromDays(days)
  return { year, month, day: dayOfMonth, days, secondOfDay: local - days * day }
}

function yearAt(zone: Zone, t: number): number {
  return civilFromDays(Math.floor(localAt(zone, t) / day)).year
}

function hourAt(zone: Zone, t: number): number {
  return (modulo(localAt(zone, t), day) / hour) | 0
}

function minuteAt(zone: Zone, t: number): number {
  return (modulo(localAt(zone, t), hour) / minute) | 0
}

function secondAt(zone: Zone, t: number): number {
  return modulo(localAt(zone, t), minute)
}

function modulo(value: number, divisor: number): number {
  return value - Math.floor(value / divisor) * divisor
}

/** The instant of a local time as Go's time.Date chooses it where that time does not exist or exists twice. */
function goDate(zone: Zone, year: number, month: number, dayOfMonth: number, secondOfDay: number): number {
  const local = daysFromCivil(year, month, dayOfMonth) * day + secondOfDay
  const guess = local - zone.segmentAt(local).offset
  return local - zone.segmentAt(guess).offset
}

function dayMatches(schedule: CronSchedule, clock: ClockReading): boolean {
  const firstDay = clock.days - clock.day + 1
  return ((schedule.daysByFirstWeekday[weekdayOf(firstDay)]! >>> clock.day) & 1) === 1
}
