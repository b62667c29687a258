import { l10n } from 'vscode'
import type { InspectedSchedule } from '../../scaffold/inspectedFile.ts'
import { scheduleProblems, type ScheduleProblem } from '../model/scheduleProblems.ts'
import { type Inspection, writtenSchedule } from './inspections.ts'

/** Something about a part of a document: offsets in UTF-16 units. */
export interface PlacedProblem {
  readonly start: number
  readonly end: number
  readonly severity: 'error' | 'warning' | 'information' | 'hint'
  readonly code: string
  readonly message: string
  /** It is none where the file goes to a cluster. */
  readonly onlyLocal?: true
  /** What would be right in place of the range, and what a button says. */
  readonly fix?: { readonly title: string; readonly text: string; readonly start: number; readonly end: number }
}

/** Everything that is to be said of a document: what the reader finds, and what its schedules mean. */
export function fileProblems({ problems, schedules }: Inspection, now: number): PlacedProblem[] {
  const found = problems.map(({ start, end, severity, message, hint, replacement, onlyLocal }) => ({
    ...{ start, end, severity },
    code: severity === 'hint' ? 'IGNORED_ON_LOCAL' : severity === 'error' ? 'INVALID_REQUEST' : 'NO_EFFECT',
    message: hint === undefined ? message : `${message} ${hint}`,
    ...(onlyLocal === undefined ? {} : { onlyLocal }),
    ...(replacement === undefined ? {} : { fix: { title: changeTo(replacement), text: replacement, start, end } }),
  }))
  const ofSchedules = schedules.flatMap(schedule =>
    scheduleProblems(writtenSchedule(schedule), now).map(problem => placed(problem, schedule)),
  )
  return [...found, ...ofSchedules]
}

const changeTo = (text: string): string => l10n.t('Change to {0}', text)

/** A problem of a schedule where it stands in the text. */
export function placed(problem: ScheduleProblem, { schedule, timeZone }: InspectedSchedule): PlacedProblem {
  const { on, part, severity, code, message, replacement } = problem
  const value = on === 'timeZone' && timeZone !== undefined ? timeZone : schedule
  const { start, end, at } = value
  // A place in the value is one in the text only where the file writes it as it is.
  const exact =
    part === undefined || at === undefined
      ? { start, end }
      : { start: at + part.at, end: Math.min(end, at + part.at + part.length) }
  const range = exact.start < exact.end ? exact : { start, end }
  // Stars without quotes are aliases to YAML.
  const text = on === 'schedule' ? JSON.stringify(replacement) : (replacement ?? '')
  const fix = replacement === undefined ? {} : { fix: { title: changeTo(replacement), text, start, end } }
  return { ...range, severity, code, message, ...fix }
}
