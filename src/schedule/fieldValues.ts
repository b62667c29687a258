import { bounds, type FieldName, fieldNames } from './fields.ts'
import type { CronSchedule } from './schedule.ts'

/** The values that a field of a schedule allows, ascending. */
export function valuesOf(schedule: CronSchedule, field: FieldName): number[] {
  const { min, max } = bounds[field]
  const values: number[] = []
  for (let value = min; value <= max; value++) if (allows(schedule, field, value)) values.push(value)
  return values
}

function allows(schedule: CronSchedule, field: FieldName, value: number): boolean {
  switch (field) {
    case 'minute':
      return schedule.minuteFrom[value] === value
    case 'hour':
      return schedule.hourFrom[value] === value
    case 'month':
      return schedule.monthFrom[value] === value
    case 'dayOfMonth':
      return ((schedule.dayOfMonth >>> value) & 1) === 1
    case 'dayOfWeek':
      return ((schedule.dayOfWeek >>> value) & 1) === 1
  }
}

/** Whether a field allows everything that it may hold. */
export function isFull(schedule: CronSchedule, field: FieldName): boolean {
  return valuesOf(schedule, field).length === bounds[field].max - bounds[field].min + 1
}

/** The fields of a schedule that allow nothing (written as commas only). */
export function emptyFields(schedule: CronSchedule): FieldName[] {
  return fieldNames.filter(field => valuesOf(schedule, field).length === 0)
}

/**
 * The plainest text for a set of values: `*`, `*\/n`, a number, ranges and lists, without names. `star` tells whether
 * a full set is written as `*` (in the day fields `*` and `1-31` differ). undefined for the empty set.
 */
export function plainField(field: FieldName, values: readonly number[], full: 'star' | 'range'): string | undefined {
  const { min, max } = bounds[field]
  if (values.length === 0) return undefined
  if (values.length === max - min + 1) return full === 'star' ? '*' : `${min}-${max}`
  return stepped(values, min, max) ?? listed(values)
}

/** `*\/n` or `a-b/n` when the values keep one distance of at least 2 and are at least three, or two up to the end. */
function stepped(values: readonly number[], min: number, max: number): string | undefined {
  const [first = 0, second = 0] = values
  const step = second - first
  if (values.length < 2 || step < 2 || values.some((value, i) => value !== first + i * step)) return undefined
  const last = values.at(-1) ?? first
  if (first === min && last + step > max) return `*/${step}`
  return values.length < 3 ? undefined : `${first}-${last + step > max ? max : last}/${step}`
}

function listed(values: readonly number[]): string {
  const runs: number[][] = []
  for (const value of values) {
    const run = runs.at(-1)
    if (run?.at(-1) === value - 1) run.push(value)
    else runs.push([value])
  }
  return runs.map(run => (run.length > 2 ? `${run[0]}-${run.at(-1)}` : run.join(','))).join(',')
}
