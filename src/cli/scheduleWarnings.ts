import { lintSchedule } from '../schedule/index.ts'
import type { Context } from './context.ts'

/** Says on stderr what is odd about a schedule in its zone, such as a day that not every month has. */
export function sayScheduleWarnings({ out, now }: Context, schedule: string, timeZone: string): void {
  for (const { severity, message } of lintSchedule(schedule, { from: now(), timeZone }))
    out.say(`${severity}: ${message}`)
}
