import { isFull, valuesOf } from './fieldValues.ts'
import type { CronSchedule } from './schedule.ts'
import { join, monthNames, ordinal, weekdayNames } from './words.ts'

/** Days of the month at one distance are listed up to this number, and counted from the first beyond it. */
const listedDays = 4

/** The days on which a schedule runs, "on day 13 of the month and also on Friday"; undefined for every day. */
export function dayWords(schedule: CronSchedule): string | undefined {
  if (schedule.daysByFirstWeekday.every(days => days >>> 1 === 0x7fff_ffff)) return undefined
  const both = [
    isFull(schedule, 'dayOfMonth') ? '' : monthDayWords(valuesOf(schedule, 'dayOfMonth')),
    isFull(schedule, 'dayOfWeek') ? '' : weekdayWords(valuesOf(schedule, 'dayOfWeek')),
  ]
  return both.filter(words => words !== '').join(' and also ')
}

/** "in January", "in March to May"; empty for every month. */
export function monthWords(schedule: CronSchedule): string {
  if (isFull(schedule, 'month')) return ''
  return `in ${join(runsOf(valuesOf(schedule, 'month')).flatMap(runWords(month => monthNames[month - 1]!)))}`
}

/** "on day 1 of the month", "on days 1 and 15 of the month"; empty for no day. */
export function monthDayWords(days: readonly number[]): string {
  const [first = 0, second = 0] = days
  const last = days.at(-1) ?? 0
  if (days.length === 0) return ''
  if (days.length === 1) return `on day ${first} of the month`
  const step = second - first
  if (step > 1 && days.length > listedDays && days.every((day, i) => day === first + i * step))
    return `on every ${ordinal(step)} day of the month from day ${first}${last + step > 31 ? '' : ` to ${last}`}`
  return `on days ${join(runsOf(days).flatMap(runWords(String)))} of the month`
}

/** "on Monday", "from Monday to Friday"; empty for no day. */
export function weekdayWords(days: readonly number[]): string {
  if (days.length === 0) return ''
  // Kubernetes' week begins on Sunday; a sentence reads better from Monday.
  const ordered = days.includes(0) ? [...days.filter(day => day !== 0), 7] : days
  const runs = runsOf(ordered)
  const words = join(runs.flatMap(runWords(day => weekdayNames[day % 7]!)))
  return runs.length === 1 && days.length > 2 ? `from ${words}` : `on ${words}`
}

/** Consecutive values grouped. */
function runsOf(values: readonly number[]): number[][] {
  const runs: number[][] = []
  for (const value of values) {
    const run = runs.at(-1)
    if (run?.at(-1) === value - 1) run.push(value)
    else runs.push([value])
  }
  return runs
}

/** Three and more neighbours become "a to c"; two stay apart. */
function runWords(name: (value: number) => string): (run: readonly number[]) => string[] {
  return run => (run.length > 2 ? [`${name(run[0]!)} to ${name(run.at(-1)!)}`] : run.map(name))
}
