import { bounds, type FieldName, fieldNames } from './fields.ts'
import { plainField, valuesOf } from './fieldValues.ts'
import { parseSchedule, splitFields } from './parse.ts'
import { type CronSchedule, sameSchedule } from './schedule.ts'

/** A form that the parser takes by accident: an empty item, a plus sign, or a `*` or `?` with anything beside it. */
export interface SloppyField {
  readonly field: FieldName
  /** As written. */
  readonly text: string
  /** The same values written plainly; absent when the field allows nothing. */
  readonly plain?: string
}

/** The fields of an accepted schedule that are written sloppily. */
export function sloppyFields(schedule: CronSchedule): SloppyField[] {
  const parts = splitFields(schedule.text)
  if (parts.length !== fieldNames.length) return []
  return fieldNames.flatMap((field, i) => {
    const text = parts[i]!.text
    if (!isSloppy(text)) return []
    const plain = plainField(field, valuesOf(schedule, field), hasStar(text) ? 'star' : 'range')
    return [plain === undefined ? { field, text } : { field, text, plain }]
  })
}

/** The schedule's text with every sloppy field written plainly; undefined when nothing is sloppy or a field is empty. */
export function plainForm(schedule: CronSchedule): string | undefined {
  const sloppy = sloppyFields(schedule)
  if (sloppy.length === 0 || sloppy.some(one => one.plain === undefined)) return undefined
  const plain = splitFields(schedule.text)
    .map((part, i) => sloppy.find(one => one.field === fieldNames[i])?.plain ?? part.text)
    .join(' ')
  const parsed = parseSchedule(plain)
  return parsed.ok && sameSchedule(parsed.schedule, schedule) ? plain : undefined
}

/** The steps of a schedule that jump over the whole range of their field, so that only the first value is left. */
export function stepsBeyondRange(schedule: CronSchedule): { field: FieldName; text: string; step: string }[] {
  const parts = splitFields(schedule.text)
  if (parts.length !== fieldNames.length) return []
  return fieldNames.flatMap((field, i) => {
    const size = bounds[field].max - bounds[field].min + 1
    return (parts[i]?.text ?? '').split(',').flatMap(item => {
      const step = item.split('/')[1]
      return step !== undefined && Number(step) >= size ? [{ field, text: item, step }] : []
    })
  })
}

function isSloppy(text: string): boolean {
  const items = text.split(',')
  return items.some(item => item === '' || /^[*?]-|(^|[-/])\+/.test(item)) || (items.length > 1 && hasStar(text))
}

function hasStar(text: string): boolean {
  return text.split(',').some(item => /^[*?](-[^/]*)?(\/\+?0*1)?$/.test(item))
}
