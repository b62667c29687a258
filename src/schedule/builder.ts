import { valuesOf } from './fieldValues.ts'
import { parseSchedule } from './parse.ts'
import { type CronSchedule, sameSchedule } from './schedule.ts'

/** What the schedule picker shows. Hours, minutes and days are the numbers of the fields; weekday 0 is Sunday. */
export type BuilderState =
  | { readonly kind: 'hourly'; readonly minute: number }
  | { readonly kind: 'daily'; readonly hour: number; readonly minute: number }
  | { readonly kind: 'weekly'; readonly weekdays: readonly number[]; readonly hour: number; readonly minute: number }
  | { readonly kind: 'monthly'; readonly day: number; readonly hour: number; readonly minute: number }
  | { readonly kind: 'everyN'; readonly every: number; readonly unit: 'minutes' }
  | { readonly kind: 'everyN'; readonly every: number; readonly unit: 'hours'; readonly minute: number }
  /** Anything else, accepted by Kubernetes or not, as it was typed. */
  | { readonly kind: 'custom'; readonly text: string }

/** The kinds of {@link BuilderState}, in the order in which a picker offers them. */
export const builderKinds = ['hourly', 'daily', 'weekly', 'monthly', 'everyN', 'custom'] as const

/** The schedule's text for a state. The numbers are not checked: a text with a number out of range does not parse. */
export function fromBuilder(state: BuilderState): string {
  switch (state.kind) {
    case 'hourly':
      return `${state.minute} * * * *`
    case 'daily':
      return `${state.minute} ${state.hour} * * *`
    case 'weekly':
      return `${state.minute} ${state.hour} * * ${weekdayField(state.weekdays)}`
    case 'monthly':
      return `${state.minute} ${state.hour} ${state.day} * *`
    case 'everyN': {
      const step = state.every === 1 ? '*' : `*/${state.every}`
      return state.unit === 'minutes' ? `${step} * * * *` : `${state.minute} ${step} * * *`
    }
    case 'custom':
      return state.text
  }
}

/**
 * The state that shows a schedule: the first kind that means exactly the same, however the text is written, otherwise
 * `custom`. So `fromBuilder(toBuilder(x))` always runs at the same instants as x.
 */
export function toBuilder(text: string): BuilderState {
  const custom: BuilderState = { kind: 'custom', text }
  const parsed = parseSchedule(text)
  if (!parsed.ok || parsed.schedule.kind === 'every') return custom
  const { schedule } = parsed
  return candidates(schedule).find(state => means(state, schedule)) ?? custom
}

function candidates(schedule: CronSchedule): BuilderState[] {
  const minutes = valuesOf(schedule, 'minute')
  const hours = valuesOf(schedule, 'hour')
  const [minute] = minutes
  const [hour] = hours
  if (minute === undefined || hour === undefined) return []
  const weekdays = valuesOf(schedule, 'dayOfWeek')
  const [day = 1] = valuesOf(schedule, 'dayOfMonth')
  const states: BuilderState[] = [
    { kind: 'hourly', minute },
    { kind: 'daily', hour, minute },
  ]
  if (weekdays.length > 0) states.push({ kind: 'weekly', weekdays, hour, minute })
  states.push({ kind: 'monthly', day, hour, minute })
  if (minutes.length > 1) states.push({ kind: 'everyN', every: minutes[1]! - minute, unit: 'minutes' })
  if (hours.length > 1) states.push({ kind: 'everyN', every: hours[1]! - hour, unit: 'hours', minute })
  return states
}

function means(state: BuilderState, schedule: CronSchedule): boolean {
  const parsed = parseSchedule(fromBuilder(state))
  return parsed.ok && sameSchedule(parsed.schedule, schedule)
}

/** Weekdays as a field: 1-5 for Monday to Friday, else a list; no day at all gives the empty, refused field. */
function weekdayField(weekdays: readonly number[]): string {
  const days = [...new Set(weekdays)].sort((a, b) => a - b)
  const isRun = days.length > 2 && days.every((day, i) => day === days[0]! + i)
  return isRun ? `${days[0]}-${days.at(-1)}` : days.join(',')
}
