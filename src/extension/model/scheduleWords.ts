// Single files: the whole of schedule/ brings packages that an activation would have to load.
import { type BuilderState, toBuilder } from '../../schedule/builder.ts'
import { describeSchedule } from '../../schedule/describe.ts'
import type { Localize } from './localize.ts'
import type { RenderOptions } from './treeNode.ts'

/** A schedule in few words for a row: "Daily at 02:00", "Every 5 minutes", else the whole sentence. */
export function scheduleWords(schedule: string, { t, locale }: Pick<RenderOptions, 't' | 'locale'>): string {
  const state = toBuilder(schedule)
  return state.kind === 'custom' ? describeSchedule(schedule) : pickerWords(state, t, locale)
}

/** The zone of a time of day that is not in the viewer's: "Berlin". Nothing where a reader needs no zone. */
export function zoneWords(
  { schedule, timeZone = 'UTC' }: { readonly schedule: string; readonly timeZone?: string },
  { timeZone: viewer }: Pick<RenderOptions, 'timeZone'>,
): string | undefined {
  const { kind } = toBuilder(schedule)
  const hasTime = kind !== 'hourly' && kind !== 'everyN' && !schedule.startsWith('@every')
  if (!hasTime || timeZone === viewer) return undefined
  return timeZone.slice(timeZone.lastIndexOf('/') + 1).replaceAll('_', ' ')
}

type Picked = Exclude<BuilderState, { kind: 'custom' }>

function pickerWords(state: Picked, t: Localize, locale: string): string {
  switch (state.kind) {
    case 'hourly':
      return state.minute === 0 ? t('Hourly') : t('Hourly at minute {0}', state.minute)
    case 'daily':
      return t('Daily at {0}', clock(state))
    case 'weekly':
      return t('{0} at {1}', state.weekdays.map(day => weekday(day, locale)).join(', '), clock(state))
    case 'monthly':
      return t('Monthly on day {0} at {1}', state.day, clock(state))
    case 'everyN':
      return everyWords(state, t)
  }
}

function everyWords(state: Extract<Picked, { kind: 'everyN' }>, t: Localize): string {
  if (state.unit === 'minutes') return state.every === 1 ? t('Every minute') : t('Every {0} minutes', state.every)
  const hours = state.every === 1 ? t('Every hour') : t('Every {0} hours', state.every)
  return state.minute === 0 ? hours : t('{0} at minute {1}', hours, state.minute)
}

const clock = ({ hour, minute }: { hour: number; minute: number }): string =>
  `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`

/** 4 January 1970 was a Sunday. */
const weekday = (day: number, locale: string): string =>
  new Intl.DateTimeFormat(locale, { weekday: 'short', timeZone: 'UTC' }).format(Date.UTC(1970, 0, 4 + day))
