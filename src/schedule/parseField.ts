import { bounds, type FieldBounds, type FieldName } from './fields.ts'
import type { ScheduleError } from './schedule.ts'

/** The values that a field allows. */
export interface FieldSet {
  readonly ok: true
  /** `values[i]`: i is allowed; as long as the field's maximum + 1. */
  readonly values: readonly boolean[]
  /** An item was `*` or `?` with step 1 or none (robfig's star bit). */
  readonly star: boolean
}

/** The largest number that Go's strconv.Atoi returns on a 64-bit machine. */
const maxInt = (1n << 63n) - 1n

/** Thrown inside this file only; carries the error to parseField. */
class Refusal extends Error {
  readonly at: number
  readonly length: number
  constructor(message: string, at: number, length: number) {
    super(message)
    this.at = at
    this.length = length
  }
}

/** Parses one field, `at` being its offset in the schedule's text: getField of robfig/cron v3.0.1. */
export function parseField(
  name: FieldName,
  text: string,
  at: number,
): FieldSet | { readonly ok: false; readonly error: ScheduleError } {
  const field = bounds[name]
  const values = new Array<boolean>(field.max + 1).fill(false)
  let star = false
  let offset = at
  try {
    for (const item of text.split(',')) {
      // The original drops empty items, so "1,,2" and even "," have a meaning.
      if (item !== '' && addItem(field, item, offset, values)) star = true
      offset += item.length + 1
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return {
      ok: false,
      error: { field: name, position: error.at, length: error.length, message: `${field.label}: ${error.message}` },
    }
  }
  return { ok: true, values, star }
}

/** Adds what one item allows; answers whether it was a star. */
function addItem(field: FieldBounds, item: string, at: number, values: boolean[]): boolean {
  const [range = '', stepText, ...moreSteps] = item.split('/')
  const [low = '', high, ...moreEnds] = range.split('-')
  const any = low === '*' || low === '?'
  const highAt = at + low.length + 1
  const stepAt = at + range.length + 1
  // What stands behind "*-" is never looked at by the original.
  const start = any ? BigInt(field.min) : parseValue(field, low, item, at)
  if (!any && moreEnds.length > 0)
    throw new Refusal(`"${item}" has too many hyphens; write a range as FROM-TO`, at, item.length)
  let end = any ? BigInt(field.max) : high === undefined ? start : parseValue(field, high, item, highAt)
  if (moreSteps.length > 0)
    throw new Refusal(`"${item}" has too many slashes; write a step as RANGE/STEP`, at, item.length)
  const step = stepText === undefined ? 1n : parseNumber(stepText, item, stepAt)
  if (stepText !== undefined && high === undefined) end = BigInt(field.max)
  if (start < BigInt(field.min)) throw new Refusal(`${start} is below ${field.min}`, at, low.length)
  if (end > BigInt(field.max)) {
    const [value, valueAt] = high === undefined ? [low, at] : [high, highAt]
    throw new Refusal(`${end} is above ${field.max}${advice(field, end)}`, valueAt, value.length)
  }
  if (start > end) {
    if (start > BigInt(field.max)) throw new Refusal(`${start} is above ${field.max}`, at, low.length)
    throw new Refusal(backwards(field, low, high ?? ''), at, range.length)
  }
  if (step === 0n) throw new Refusal(`the step in "${item}" is 0; a step is 1 or more`, stepAt, stepText?.length ?? 0)
  for (let value = start; value <= end; value += step) values[Number(value)] = true
  return any && step === 1n
}

function parseValue(field: FieldBounds, text: string, item: string, at: number): bigint {
  // Go lowers U+0130 to a plain i, JavaScript to an i with a dot above.
  const name = text.replaceAll('\u0130', 'i').toLowerCase()
  if (field.names && Object.hasOwn(field.names, name)) return BigInt(field.names[name]!)
  return parseNumber(text, item, at, field)
}

function parseNumber(text: string, item: string, at: number, field?: FieldBounds): bigint {
  if (!/^[+-]?[0-9]+$/.test(text)) throw new Refusal(notANumber(text, item, field), at, text.length)
  const value = text.startsWith('+') ? BigInt(text.slice(1)) : BigInt(text)
  if (value < 0n) throw new Refusal(`${text} is negative`, at, text.length)
  if (value > maxInt) throw new Refusal(`${text} is too large`, at, text.length)
  return value
}

function notANumber(text: string, item: string, field?: FieldBounds): string {
  const inside = text === item ? '' : ` in "${item}"`
  if (text === '') return `a number is missing in "${item}"`
  if (/^(\w*#.*|\d*[LW]|LW|[A-Z]{3}L|H(\(.*)?)$/i.test(text))
    return `"${text}"${inside} is not known to Kubernetes, which has no L, W, # or H`
  if (field?.names) return `"${text}"${inside} is neither a number nor a name of three letters (${namesOf(field)})`
  return `"${text}"${inside} is not a number`
}

function namesOf(field: FieldBounds): string {
  const names = Object.keys(field.names ?? {}).map(name => name.toUpperCase())
  return `${names[0]}–${names.at(-1)}`
}

function advice(field: FieldBounds, value: bigint): string {
  if (field === bounds.dayOfWeek && value === 7n) return '; Sunday is 0'
  if (field === bounds.hour && value === 24n) return '; midnight is 0'
  if (field === bounds.minute && value === 60n) return '; the full hour is 0'
  return ''
}

function backwards(field: FieldBounds, low: string, high: string): string {
  return `the range ${low}-${high} runs backwards; write ${low}-${field.max},${field.min}-${high}`
}
