import { daysInMonth } from './civil.ts'
import { bounds } from './fields.ts'
import { emptyFields, valuesOf } from './fieldValues.ts'
import type { CronSchedule } from './schedule.ts'
import { join, monthNames } from './words.ts'

/**
 * Why a schedule can never run in any year, as a sentence: a field that allows nothing, or a day that none of its
 * months has. undefined when some year has a run.
 */
export function whyNever(schedule: CronSchedule): string | undefined {
  const blocking = emptyFields(schedule).filter(field => field !== 'dayOfMonth' && field !== 'dayOfWeek')
  if (blocking.length > 0) return `the ${join(blocking.map(field => bounds[field].label))} field allows nothing`
  if (schedule.daysByFirstWeekday.every(days => days === 0)) return 'the two day fields allow no day'
  if (schedule.dayRule === 'either' && schedule.dayOfWeek !== 0) return undefined
  const months = valuesOf(schedule, 'month')
  const days = valuesOf(schedule, 'dayOfMonth')
  const longest = Math.max(...months.map(month => daysInMonth(2000, month)))
  const [first = 0] = days
  if (first <= longest) return undefined
  const names = months.map(month => monthNames[month - 1]!)
  const which = days.map(day => `day ${day}`)
  return names.length === 1
    ? `${names[0]} has no ${join(which, 'or')}`
    : `none of ${join(names)} has a ${join(which, 'or')}`
}
