import type { HksError } from '../contract/errors.ts'
import { largestYaml, tooLarge, type YamlDocument } from './yamlFile.ts'
import { entryRangeOf, type PlacedText, textAt, type TextRange, type YamlPath } from './yamlPlaces.ts'

/** Something about a part of a file that a reader should know. */
export interface FileProblem extends TextRange {
  /** `error`: it is refused. `warning`: it has no effect, or only Kubernetes takes it. `hint`: it is so on purpose. */
  readonly severity: 'error' | 'warning' | 'hint'
  /** The field, such as `spec.schedule`; empty for a text that is no YAML. */
  readonly field: string
  readonly message: string
  /** What to do, as a sentence. */
  readonly hint?: string
  /** What would be right in place of the range. */
  readonly replacement?: string
  /** A cluster takes it, and it counts there. */
  readonly onlyLocal?: true
}

/** A `schedule` in a file with the fields beside it that decide what it means. */
export interface InspectedSchedule {
  readonly schedule: PlacedText
  /** From the key to the end of the value. */
  readonly entry: TextRange
  /** Absent when there is none, or when it is no text. */
  readonly timeZone?: PlacedText & { readonly entry: TextRange }
  /** The mapping says something as `timeZone`, be it no text. */
  readonly hasTimeZone: boolean
  readonly startingDeadlineSeconds?: number
  readonly suspend: boolean
}

/** The schedule of the mapping at a path; nothing where it has none, or an empty one. */
export function inspectSchedule(
  { document }: Pick<YamlDocument, 'document'>,
  text: string,
  path: YamlPath,
  fields: Readonly<Record<string, unknown>>,
): InspectedSchedule | undefined {
  const placed = (key: string) => {
    const value = textAt(document, text, [...path, key])
    return value && { ...value, entry: entryRangeOf(document, text, [...path, key]) }
  }
  const schedule = placed('schedule')
  if (schedule === undefined) return undefined
  const timeZone = placed('timeZone')
  const deadline = fields['startingDeadlineSeconds']
  const { entry, ...value } = schedule
  return {
    schedule: value,
    entry,
    ...(timeZone === undefined ? {} : { timeZone }),
    hasTimeZone: fields['timeZone'] != null,
    ...(typeof deadline === 'number' ? { startingDeadlineSeconds: deadline } : {}),
    suspend: fields['suspend'] === true,
  }
}

/** An error of the reader as a problem at its range. */
export function problemOf(error: HksError, severity: FileProblem['severity'] = 'error'): FileProblem {
  const {
    range = { start: 0, end: 1 },
    message = error.message,
    field = '',
  } = (error.details ?? {}) as {
    readonly range?: TextRange
    readonly message?: string
    readonly field?: string
  }
  const words = field !== '' && message.startsWith(field) ? `${lastOf(field)}${message.slice(field.length)}` : message
  return { ...range, severity, field, message: words, ...(error.hint === undefined ? {} : { hint: error.hint }) }
}

/** Where the place is shown, the last key is enough, with the index of an item of its list. */
const lastOf = (field: string): string => /[^.]+(\.\d+)*$/.exec(field)?.[0] ?? field

/** The problem of a text that is too long to be looked at. */
export const tooLargeProblem = (text: string): FileProblem | undefined =>
  text.length > largestYaml ? problemOf(tooLarge('The file')) : undefined

/** A template of Helm is no YAML before it is rendered: a line that holds `{{` is not judged. */
export const withoutTemplates = (text: string, problems: readonly FileProblem[]): FileProblem[] =>
  problems.filter(({ start, end }) => {
    const line = text.slice(
      text.lastIndexOf('\n', start) + 1,
      Math.max(end, (text.indexOf('\n', end) + 1 || text.length + 1) - 1),
    )
    return !line.includes('{{')
  })
