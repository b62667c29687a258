import { bounds, type FieldName, fieldNames } from './fields.ts'
import { parseGoDuration } from './goDuration.ts'
import { parseField } from './parseField.ts'
import type { CronSchedule, ParseResult, ScheduleError } from './schedule.ts'

/** What the descriptors stand for (robfig/cron v3.0.1, parser.go). */
export const descriptors: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}

/** One field of a schedule's text and where it stands. */
export interface FieldText {
  readonly text: string
  /** Offset from 0 in the schedule's text. */
  readonly at: number
}

/** A run of anything that Go's unicode.IsSpace does not call a space (JavaScript's \s differs in U+0085 and U+FEFF). */
const words = /[^\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/g

/** The text cut at white space as Go's strings.Fields does. */
export function splitFields(text: string): FieldText[] {
  return Array.from(text.matchAll(words), match => ({ text: match[0], at: match.index }))
}

/**
 * Parses a schedule as Kubernetes does: accepts and refuses exactly what robfig/cron v3.0.1 `ParseStandard` and the
 * API server's validation of a CronJob accept and refuse, sloppy forms included. Never throws.
 */
export function parseSchedule(text: string): ParseResult {
  if (text === '') return refused({ message: 'The schedule is empty; write five fields, for example 30 2 * * *' })
  const zone = text.indexOf('TZ')
  if (zone >= 0)
    return refused({
      position: zone,
      length: 2,
      message: 'A schedule may not contain TZ or CRON_TZ; use the timeZone field',
    })
  if (text.startsWith('@')) return parseDescriptor(text)
  return parseFields(text, text)
}

function parseDescriptor(text: string): ParseResult {
  if (Object.hasOwn(descriptors, text)) return parseFields(descriptors[text]!, text)
  const every = '@every '
  if (!text.startsWith(every))
    return refused({
      position: 0,
      length: text.length,
      message: `"${text}" is no descriptor that Kubernetes knows; use @hourly, @daily, @weekly, @monthly, @yearly or @every 1h30m`,
    })
  const duration = parseGoDuration(text.slice(every.length))
  if (!duration.ok)
    return refused({
      position: every.length + duration.at,
      length: duration.length,
      message: `@every: ${duration.message}`,
    })
  const seconds = Number(duration.nanoseconds / 1_000_000_000n)
  return { ok: true, schedule: { kind: 'every', text, intervalMs: Math.max(1, seconds) * 1000 } }
}

function parseFields(fields: string, text: string): ParseResult {
  const parts = splitFields(fields)
  if (parts.length !== fieldNames.length) return refused(wrongCount(parts, fields))
  const sets = {} as Record<FieldName, { values: readonly boolean[]; star: boolean }>
  for (const [i, name] of fieldNames.entries()) {
    const parsed = parseField(name, parts[i]!.text, parts[i]!.at)
    if (!parsed.ok) return refused(parsed.error)
    sets[name] = parsed
  }
  const dayOfMonth = bitsOf(sets.dayOfMonth.values)
  const dayOfWeek = bitsOf(sets.dayOfWeek.values)
  const dayRule = sets.dayOfMonth.star || sets.dayOfWeek.star ? 'both' : 'either'
  const schedule: CronSchedule = {
    kind: 'cron',
    text,
    minuteFrom: firstFrom(sets.minute.values),
    hourFrom: firstFrom(sets.hour.values),
    monthFrom: firstFrom(sets.month.values),
    dayOfMonth,
    dayOfWeek,
    dayRule,
    daysByFirstWeekday: Int32Array.from({ length: 7 }, (_, first) => {
      const weekdays = daysOnWeekdays(dayOfWeek, first)
      return dayRule === 'both' ? dayOfMonth & weekdays : dayOfMonth | weekdays
    }),
  }
  return { ok: true, schedule }
}

function wrongCount(parts: readonly FieldText[], text: string): ScheduleError {
  const count = parts.length === 1 ? '1 field' : `${parts.length} fields`
  const extra = parts[fieldNames.length]
  const advice =
    parts.length === 6 || parts.length === 7
      ? 'Kubernetes has neither seconds nor years'
      : `write ${fieldNames.map(name => bounds[name].label).join(', ')}`
  return {
    position: extra ? extra.at : text.length,
    length: extra ? text.length - extra.at : 0,
    message: `A schedule has exactly 5 fields, this has ${count}; ${advice}`,
  }
}

/** `result[i]`: the first allowed value ≥ i, or the length when there is none. */
function firstFrom(values: readonly boolean[]): Uint8Array {
  const result = new Uint8Array(values.length + 1).fill(values.length)
  for (let i = values.length - 1; i >= 0; i--) result[i] = values[i] ? i : result[i + 1]!
  return result
}

function bitsOf(values: readonly boolean[]): number {
  return values.reduce((bits, value, i) => (value ? bits | (1 << i) : bits), 0)
}

/** Days 1–31 that fall on the weekdays given as bits, when day 1 falls on the weekday `first`. */
function daysOnWeekdays(weekdays: number, first: number): number {
  let days = 0
  for (let day = 1; day <= 31; day++) if (weekdays & (1 << ((first + day - 1) % 7))) days |= 1 << day
  return days
}

function refused(error: ScheduleError): ParseResult {
  return { ok: false, error }
}
