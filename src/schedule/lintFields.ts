import { monthDayWords, weekdayWords } from './dayWords.ts'
import { bounds, fieldNames } from './fields.ts'
import { isFull, valuesOf } from './fieldValues.ts'
import { whyNever } from './never.ts'
import { nextRun } from './next.ts'
import { splitFields } from './parse.ts'
import { plainForm, sloppyFields, stepsBeyondRange } from './plainForm.ts'
import type { CronSchedule } from './schedule.ts'
import type { Warning } from './warning.ts'
import { join } from './words.ts'

/** What may be wrong with the five fields as they are written, whatever the zone. */
export function lintFields(schedule: CronSchedule, from: number, timeZone: string): Warning[] {
  return [
    ...neverFires(schedule, from, timeZone),
    ...sloppyForm(schedule),
    ...daysEither(schedule),
    ...stepBeyondRange(schedule),
    ...stepUneven(schedule),
  ]
}

function neverFires(schedule: CronSchedule, from: number, timeZone: string): Warning[] {
  const why = whyNever(schedule)
  if (why === undefined && nextRun(schedule, from, timeZone) !== undefined) return []
  const reason = why ?? 'it has no run within five calendar years'
  return [{ code: 'NEVER_FIRES', severity: 'error', message: `The schedule never fires: ${reason}.` }]
}

function sloppyForm(schedule: CronSchedule): Warning[] {
  const sloppy = sloppyFields(schedule)
  if (sloppy.length === 0) return []
  const fields = join(sloppy.map(one => `"${one.text}" (${bounds[one.field].label})`))
  const plain = plainForm(schedule)
  const advice = plain === undefined ? 'Write it plainly.' : `Write it plainly: ${plain}`
  return [
    {
      code: 'SLOPPY_FORM',
      severity: 'error',
      message: `${fields} ${sloppy.length > 1 ? 'are' : 'is'} accepted only by accident. ${advice}`,
    },
  ]
}

function daysEither(schedule: CronSchedule): Warning[] {
  const days = valuesOf(schedule, 'dayOfMonth')
  const weekdays = valuesOf(schedule, 'dayOfWeek')
  if (schedule.dayRule === 'both' || days.length === 0 || weekdays.length === 0) return []
  const full = isFull(schedule, 'dayOfMonth') ? 'dayOfMonth' : isFull(schedule, 'dayOfWeek') ? 'dayOfWeek' : undefined
  const message = full
    ? `Runs every day: both day fields are restricted, then either is enough, and the ${bounds[full].label} field allows all. Write * in it to have only the other one count.`
    : `Runs ${weekdayWords(weekdays)} and also ${monthDayWords(days)}, whatever the weekday: with both day fields restricted, either is enough. Write * in the one that should not count.`
  return [{ code: 'DAYS_EITHER', severity: 'warning', message }]
}

function stepBeyondRange(schedule: CronSchedule): Warning[] {
  return stepsBeyondRange(schedule).map(({ field, text, step }) => ({
    code: 'STEP_BEYOND_RANGE',
    severity: 'warning',
    message: `"${text}": the step ${step} is larger than the range of the ${bounds[field].label} field, so that only its first value is left. Write that value.`,
  }))
}

/** `*\/7` in the minute or hour field starts anew with each hour or day. */
function stepUneven(schedule: CronSchedule): Warning[] {
  return splitFields(schedule.text).flatMap(({ text }, i) => {
    const field = fieldNames[i]
    if (field !== 'minute' && field !== 'hour') return []
    const size = bounds[field].max + 1
    const step = Number(/^[*?]\/(\d+)$/.exec(text)?.[1] ?? 1)
    if (step === 0 || step >= size || size % step === 0) return []
    const [unit, whole] = field === 'minute' ? ['minutes', 'hour'] : ['hours', 'day']
    return [
      {
        code: 'STEP_UNEVEN',
        severity: 'info',
        message: `"${text}" starts anew with each ${whole}: ${size % step} ${unit} lie between its last run and the next. @every ${step}${unit[0]} keeps one distance.`,
      },
    ]
  })
}
