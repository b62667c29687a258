import { type BuilderState, fromBuilder, toBuilder } from '../../schedule/builder.ts'
import { parseSchedule } from '../../schedule/parse.ts'
import { t } from '../ui/text.ts'

/** What the presets show. Beyond the engine's own states: every N days, and a fixed interval (`@every`). */
export type Picker =
  | Exclude<BuilderState, { kind: 'custom' }>
  | {
      readonly kind: 'everyN'
      readonly every: number
      readonly unit: 'days'
      readonly hour: number
      readonly minute: number
    }
  | { readonly kind: 'everyN'; readonly unit: 'interval'; readonly duration: string }
  | { readonly kind: 'custom' }

/** The kinds of {@link Picker}, in the order in which they are offered. */
export const pickerKinds = ['hourly', 'daily', 'weekly', 'monthly', 'everyN', 'custom'] as const
/** One of {@link pickerKinds}. */
export type PickerKind = (typeof pickerKinds)[number]

/** The units of "every N". */
export const everyUnits = ['minutes', 'hours', 'days', 'interval'] as const
/** One of {@link everyUnits}. */
export type EveryUnit = (typeof everyUnits)[number]

/** An input of the presets that holds no number of its range, or nothing at all. */
export interface PickerProblem {
  readonly field: 'hour' | 'minute' | 'day' | 'weekdays' | 'every' | 'duration'
  readonly message: string
}

const dayStep = /^(\d+) (\d+) \*\/(\d+) \* \*$/
const interval = /^@every (.+)$/

/** The presets that say exactly what a text says; `custom` when none does. */
export function pickerOf(text: string): Picker {
  const state = toBuilder(text)
  if (state.kind !== 'custom') return state
  if (!parseSchedule(text).ok) return { kind: 'custom' }
  const [, duration] = interval.exec(text) ?? []
  if (duration !== undefined) return { kind: 'everyN', unit: 'interval', duration }
  const [, minute, hour, every] = dayStep.exec(text.trim()) ?? []
  if (every === undefined) return { kind: 'custom' }
  return { kind: 'everyN', every: Number(every), unit: 'days', hour: Number(hour), minute: Number(minute) }
}

/** The text of a picker without a {@link pickerProblem}. For `custom` it is the text that is there. */
export function textOf(picker: Picker, current: string): string {
  if (picker.kind === 'custom') return current
  if (picker.kind === 'everyN' && picker.unit === 'interval') return `@every ${picker.duration.trim()}`
  if (picker.kind === 'everyN' && picker.unit === 'days')
    return `${picker.minute} ${picker.hour} ${picker.every === 1 ? '*' : `*/${picker.every}`} * *`
  return fromBuilder(picker)
}

/** Moves to another preset and takes along what both have: time, weekdays, day. */
export function switchKind(from: Picker, kind: PickerKind): Picker {
  if (from.kind === kind) return from
  const { hour, minute } = timeOf(from)
  switch (kind) {
    case 'hourly':
      return { kind, minute }
    case 'daily':
      return { kind, hour, minute }
    case 'weekly':
      return { kind, weekdays: [1], hour, minute }
    case 'monthly':
      return { kind, day: 1, hour, minute }
    case 'everyN':
      return { kind, every: 5, unit: 'minutes' }
    case 'custom':
      return { kind }
  }
}

/** Moves "every N" to another unit, with a number that makes sense there. */
export function switchUnit(from: Extract<Picker, { kind: 'everyN' }>, unit: EveryUnit): Picker {
  if (from.unit === unit) return from
  const { hour, minute } = timeOf(from)
  switch (unit) {
    case 'minutes':
      return { kind: 'everyN', every: 5, unit }
    case 'hours':
      return { kind: 'everyN', every: 2, unit, minute }
    case 'days':
      return { kind: 'everyN', every: 2, unit, hour, minute }
    case 'interval':
      return { kind: 'everyN', unit, duration: '1h30m' }
  }
}

/** The first input that cannot become a schedule. */
export function pickerProblem(picker: Picker): PickerProblem | undefined {
  if (picker.kind === 'weekly' && picker.weekdays.length === 0)
    return { field: 'weekdays', message: t('Choose at least one day of the week.') }
  if (picker.kind === 'monthly' && !within(picker.day, 1, 31)) return outOfRange('day', t('Day'), 1, 31)
  if (picker.kind === 'everyN') {
    if (picker.unit === 'interval') return durationProblem(picker.duration)
    const most = { minutes: 59, hours: 23, days: 31 }[picker.unit]
    if (!within(picker.every, 1, most)) return outOfRange('every', t('The number'), 1, most)
  }
  if ('hour' in picker && !within(picker.hour, 0, 23)) return outOfRange('hour', t('Hour'), 0, 23)
  if ('minute' in picker && !within(picker.minute, 0, 59)) return outOfRange('minute', t('Minute'), 0, 59)
  return undefined
}

function durationProblem(duration: string): PickerProblem | undefined {
  const parsed = parseSchedule(`@every ${duration.trim()}`)
  return parsed.ok ? undefined : { field: 'duration', message: t('Write a duration such as 90s, 15m or 1h30m.') }
}

function outOfRange(field: PickerProblem['field'], label: string, least: number, most: number): PickerProblem {
  return { field, message: t('{0}: write a whole number from {1} to {2}.', label, least, most) }
}

function within(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most
}

function timeOf(picker: Picker): { hour: number; minute: number } {
  const hour = 'hour' in picker && within(picker.hour, 0, 23) ? picker.hour : 9
  const minute = 'minute' in picker && within(picker.minute, 0, 59) ? picker.minute : 0
  return { hour, minute }
}
