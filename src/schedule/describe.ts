import cronstrue from 'cronstrue'
import { dayWords, monthWords } from './dayWords.ts'
import { plainField, valuesOf } from './fieldValues.ts'
import { whyNever } from './never.ts'
import { parseSchedule } from './parse.ts'
import type { CronSchedule } from './schedule.ts'
import { clockText, durationText, join } from './words.ts'

/** More clock times than this are not listed one by one. */
const listedTimes = 6

/**
 * A schedule as an English sentence without a full stop, for example "At 02:30 every day". It says what Kubernetes
 * does, also where cronstrue misleads or fails (`?`, white space, `*\/1`, N/step in the day of week, the OR of the two
 * day fields, `@every`). A text that Kubernetes refuses gives "Not a schedule: " and the reason.
 * @param options.timeZone named at the end of the sentence; `@every` has none
 */
export function describeSchedule(text: string, options: { readonly timeZone?: string } = {}): string {
  const parsed = parseSchedule(text)
  if (!parsed.ok) return `Not a schedule: ${parsed.error.message}`
  const { schedule } = parsed
  if (schedule.kind === 'every') return `Every ${durationText(schedule.intervalMs / 1000)}, whatever the clock shows`
  const never = whyNever(schedule)
  if (never !== undefined) return `Never: ${never}`
  const zone = options.timeZone === undefined ? '' : `, ${options.timeZone} time`
  return `${sentence(schedule)}${zone}`
}

function sentence(schedule: CronSchedule): string {
  const times = clockTimes(schedule)
  const when = times ? `At ${join(times)}` : timeOfDay(schedule)
  const days = dayWords(schedule)
  const months = monthWords(schedule)
  const showDays = days ?? (times ? 'every day' : '')
  const rest = [showDays, months].filter(words => words !== '').join(' ')
  return rest === '' ? when : `${when}${times ? ' ' : ', '}${rest}`
}

/** The times of a day when they are few. */
function clockTimes(schedule: CronSchedule): string[] | undefined {
  const minutes = valuesOf(schedule, 'minute')
  const hours = valuesOf(schedule, 'hour')
  if (hours.length * minutes.length > listedTimes) return undefined
  return hours.flatMap(hour => minutes.map(minute => clockText(hour, minute)))
}

/** Minutes and hours in cronstrue's words, from their plain form. */
function timeOfDay(schedule: CronSchedule): string {
  const minutes = valuesOf(schedule, 'minute')
  const minute = plainField('minute', minutes, 'star') ?? ''
  const hour = plainField('hour', valuesOf(schedule, 'hour'), 'star') ?? ''
  const uneven = (field: string, size: number) => /^\*\/(\d+)$/.test(field) && size % Number(field.slice(2)) !== 0
  // "Every 7 minutes" hides that the count starts anew with the hour, so these are spelt out.
  const minuteText = uneven(minute, 60) ? minutes.join(',') : minute
  const hourText = uneven(hour, 24) ? valuesOf(schedule, 'hour').join(',') : hour
  return cronstrue.toString(`${minuteText} ${hourText} * * *`, { use24HourTimeFormat: true })
}
