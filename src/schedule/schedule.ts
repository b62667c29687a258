import type { FieldName } from './fields.ts'

/** What went wrong with a schedule's text, and where. */
export interface ScheduleError {
  /** The field at fault; absent when the text as a whole is at fault. */
  readonly field?: FieldName
  /** Offset of the offending part in the text, from 0, in UTF-16 units. */
  readonly position?: number
  /** Length of the offending part in UTF-16 units. */
  readonly length?: number
  /** Names the field, the value and the way out. */
  readonly message: string
}

/** A parsed schedule or the reason why Kubernetes refuses the text. */
export type ParseResult =
  | { readonly ok: true; readonly schedule: Schedule }
  | { readonly ok: false; readonly error: ScheduleError }

/** A schedule that Kubernetes accepts. Plain data: it survives structured clone. */
export type Schedule = CronSchedule | EverySchedule

/** Five fields (or a descriptor such as `@daily` that stands for them). */
export interface CronSchedule {
  readonly kind: 'cron'
  /** The text it was parsed from. */
  readonly text: string
  /** `minuteFrom[i]`: the first allowed minute ≥ i, or 60. */
  readonly minuteFrom: Uint8Array
  /** `hourFrom[i]`: the first allowed hour ≥ i, or 24. */
  readonly hourFrom: Uint8Array
  /** `monthFrom[i]`: the first allowed month ≥ i, or 13. */
  readonly monthFrom: Uint8Array
  /** Bit d is set when the day-of-month field allows d. */
  readonly dayOfMonth: number
  /** Bit d is set when the day-of-week field allows d, 0 = Sunday. */
  readonly dayOfWeek: number
  /** One of the day fields holds a `*` or `?` with step 1 or none: then both must match, otherwise either. */
  readonly dayRule: 'both' | 'either'
  /** For a month that starts on weekday w: the days that match, bit d for day d (31 days, not cut to the month). */
  readonly daysByFirstWeekday: Int32Array
}

/** `@every DURATION`. */
export interface EverySchedule {
  readonly kind: 'every'
  readonly text: string
  /** Distance of two runs in milliseconds: whole seconds, at least one. */
  readonly intervalMs: number
}

/** Whether two schedules run at the same instants in every time zone. */
export function sameSchedule(a: Schedule, b: Schedule): boolean {
  if (a.kind === 'every' || b.kind === 'every')
    return a.kind === 'every' && b.kind === 'every' && a.intervalMs === b.intervalMs
  return (
    same(a.minuteFrom, b.minuteFrom) &&
    same(a.hourFrom, b.hourFrom) &&
    same(a.monthFrom, b.monthFrom) &&
    same(a.daysByFirstWeekday, b.daysByFirstWeekday)
  )
}

function same(a: Uint8Array | Int32Array, b: Uint8Array | Int32Array): boolean {
  return a.every((value, i) => value === b[i])
}
