import { describeSchedule } from '../../schedule/describe.ts'
import { zoneWords } from './scheduleWords.ts'
import { relativeTime } from './time.ts'
import { joined } from './treeNode.ts'
import { isTemplate, type Viewer, type WrittenSchedule, writtenRuns } from './writtenSchedule.ts'

const day = 86_400_000

/**
 * What stands above a CronJob in a file: its schedule as a sentence and when it runs next.
 * @param known when it runs next, if a gateway has told so: it knows from where `@every` counts
 */
export function scheduleLens(written: WrittenSchedule, viewer: Viewer, known?: number): string {
  const { t, now } = viewer
  if (isTemplate(written)) return t('A schedule that a template fills in')
  const sentence = describeSchedule(written.schedule)
  if (written.suspend === true) return joined([sentence, t('suspended')])
  const isEvery = written.schedule.startsWith('@every')
  const next = isEvery ? known : writtenRuns(written, now, 1)[0]
  if (next === undefined || next <= now) return sentence
  const zone = isEvery ? viewer.timeZone : (written.timeZone ?? 'UTC')
  const time = joined([nextTime(next, viewer, zone), isEvery ? undefined : zoneWords(written, viewer)], ' ')
  return joined([sentence, t('next {0} ({1})', time, relativeTime(next, now, t))])
}

/** "14:05" today, "Sat 14:05" within a week, else with the date, and with the year where it is another. */
function nextTime(instant: number, { now, locale }: Viewer, timeZone: string): string {
  const format = (options: Intl.DateTimeFormatOptions, at = instant): string =>
    new Intl.DateTimeFormat(locale, { timeZone, ...options }).format(at)
  const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
  const date = { day: 'numeric', month: 'short', year: 'numeric' } as const
  if (format(date) === format(date, now)) return format(clock)
  if (instant - now < 6 * day) return format({ weekday: 'short', ...clock })
  const isThisYear = format({ year: 'numeric' }) === format({ year: 'numeric' }, now)
  return format({ ...(isThisYear ? { day: 'numeric', month: 'short' } : date), ...clock })
}
