import { nearest } from '../../base/nearest.ts'
import { lintSchedule } from '../../schedule/lint.ts'
import { parseSchedule } from '../../schedule/parse.ts'
import { plainForm } from '../../schedule/plainForm.ts'
import { timeZones, validateTimeZone } from '../../schedule/timeZones.ts'
import type { Warning } from '../../schedule/warning.ts'
import { isTemplate, type WrittenSchedule } from './writtenSchedule.ts'

/** Something about a schedule in a file. */
export interface ScheduleProblem {
  readonly on: 'schedule' | 'timeZone'
  /** The part of the value that it is about; absent for all of it. Offset and length in UTF-16 units. */
  readonly part?: { readonly at: number; readonly length: number }
  /** `error`: Kubernetes refuses it. The others are legal, and a `hint` is of use to few. */
  readonly severity: 'error' | 'warning' | 'information' | 'hint'
  readonly code: string
  readonly message: string
  /** What would be right in place of the whole value. */
  readonly replacement?: string
}

/** What is wrong with a schedule and its zone, or probably wrong; the gateway refuses what is an error here. */
export function scheduleProblems(written: WrittenSchedule, now: number): ScheduleProblem[] {
  if (isTemplate(written)) return []
  const refused = [...scheduleFault(written.schedule), ...zoneFault(written.timeZone)]
  if (refused.length > 0) return refused
  const { timeZone, startingDeadlineSeconds } = written
  const warnings = lintSchedule(written.schedule, {
    from: now,
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(startingDeadlineSeconds === undefined ? {} : { startingDeadlineSeconds }),
  })
  return warnings.map(warning => ({
    on: warning.code === 'EVERY_IGNORES_ZONE' ? 'timeZone' : 'schedule',
    severity: severityOf(warning),
    code: warning.code,
    message: warning.message,
    ...replacementFor(warning, written.schedule),
  }))
}

function severityOf({ code, severity }: Warning): ScheduleProblem['severity'] {
  if (severity !== 'info') return 'warning'
  // True of nearly every time of day in a zone with summer time.
  return code === 'OTHER_TOOLS_DIFFER' ? 'hint' : 'information'
}

function scheduleFault(schedule: string): ScheduleProblem[] {
  const parsed = parseSchedule(schedule)
  if (parsed.ok) return []
  const { message, position, length } = parsed.error
  const part = position === undefined ? {} : { part: { at: position, length: Math.max(1, length ?? 1) } }
  return [{ on: 'schedule', severity: 'error', code: 'INVALID_SCHEDULE', message: `${message}.`, ...part }]
}

function zoneFault(timeZone: string | undefined): ScheduleProblem[] {
  const check = timeZone === undefined ? undefined : validateTimeZone(timeZone)
  if (timeZone === undefined || check === undefined || check.ok) return []
  const meant = nearest(timeZone.replaceAll(' ', '_'), timeZones())
  const message =
    meant === undefined ? sentence(check.message) : `unknown time zone ${timeZone}; did you mean ${meant}?`
  return [
    {
      on: 'timeZone',
      severity: 'error',
      code: 'INVALID_SCHEDULE',
      message,
      ...(meant === undefined ? {} : { replacement: meant }),
    },
  ]
}

const sentence = (text: string): string => (/[.?]$/.test(text) ? text : `${text}.`)

function replacementFor({ code }: Warning, schedule: string): Pick<ScheduleProblem, 'replacement'> {
  const parsed = parseSchedule(schedule)
  if (code !== 'SLOPPY_FORM' || !parsed.ok || parsed.schedule.kind === 'every') return {}
  const replacement = plainForm(parsed.schedule)
  return replacement === undefined ? {} : { replacement }
}
