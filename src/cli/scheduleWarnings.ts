import { lintSchedule } from '../schedule/index.ts'
import type { Context } from './context.ts'

/**
 * Says on stderr what is odd about a schedule in its zone, such as a day that not every month has. None of it refuses the
 * schedule, so that the word `error` would mislead.
 */
export function sayScheduleWarnings({ out, now }: Context, schedule: string, timeZone: string): void {
  for (const { severity, message } of lintSchedule(schedule, { from: now(), timeZone }))
    out.say(`${severity === 'error' ? 'warning' : severity}: ${message}`)
}
