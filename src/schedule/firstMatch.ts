import { civilFromDays, daysFromCivil, daysInMonth, weekdayOf } from './civil.ts'
import type { CronSchedule } from './schedule.ts'

/** A minute of a clock that never changes: minutes since 1970-01-01 00:00 on that clock. */
export type LocalMinute = number

/**
 * The first minute ≥ `from` that a schedule allows, on a clock that never changes, up to the end of `lastYear`.
 * undefined when there is none.
 */
export function firstMatch(schedule: CronSchedule, from: LocalMinute, lastYear: number): LocalMinute | undefined {
  const { minuteFrom, hourFrom, monthFrom, daysByFirstWeekday } = schedule
  const days = Math.floor(from / 1440)
  const minuteOfDay = from - days * 1440
  let hour = (minuteOfDay / 60) | 0
  const minute = minuteOfDay - hour * 60
  let { year, month, day } = civilFromDays(days)
  let firstDay = days - day + 1
  const firstTime = hourFrom[0]! * 60 + minuteFrom[0]!
  if (hourFrom[0] === 24 || minuteFrom[0] === 60) return undefined
  if (monthFrom[month] === month && (daysByFirstWeekday[weekdayOf(firstDay)]! >>> day) & 1) {
    if (hourFrom[hour] === hour) {
      const found = minuteFrom[minute]!
      if (found < 60) return year > lastYear ? undefined : days * 1440 + hour * 60 + found
    }
    hour = hourFrom[hour + 1]!
    if (hour < 24) return year > lastYear ? undefined : days * 1440 + hour * 60 + minuteFrom[0]!
  }
  day++
  while (year <= lastYear) {
    const allowed = monthFrom[month]!
    if (allowed !== month) {
      if (allowed === 13) {
        year++
        month = 1
      } else month = allowed
      day = 1
      firstDay = daysFromCivil(year, month, 1)
      continue
    }
    const length = daysInMonth(year, month)
    const found = firstDayFrom(daysByFirstWeekday[weekdayOf(firstDay)]!, day)
    if (found <= length) return (firstDay + found - 1) * 1440 + firstTime
    month++
    day = 1
    firstDay += length
    if (month === 13) {
      year++
      month = 1
    }
  }
  return undefined
}

/** The first set bit ≥ day, or 32. */
function firstDayFrom(days: number, day: number): number {
  if (day > 31) return 32
  const rest = days & (-1 << day)
  return rest === 0 ? 32 : 31 - Math.clz32(rest & -rest)
}
