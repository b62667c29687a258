import { civilFromDays } from './civil.ts'
import { firstMatch } from './firstMatch.ts'
import type { CronSchedule, Schedule } from './schedule.ts'
import { walk } from './walk.ts'
import { type Zone, zoneOf } from './zone.ts'

/** Whether to go on to the next run. */
export type Visit = (run: number) => 'more' | 'enough'

/**
 * Visits the runs after an instant in order, each computed from the one before as the controller does, until the
 * visitor has enough or the schedule ends. Instants in milliseconds since 1970.
 * @param timeZone IANA name; `@every` ignores it
 * @throws RangeError when the zone is unknown or `after` is no instant
 */
export function eachRun(schedule: Schedule, after: number, timeZone: string, visit: Visit): void {
  const second = secondOf(after)
  if (schedule.kind === 'cron') eachCronRun(schedule, second, zoneOf(timeZone), visit)
  else for (let run = second * 1000 + schedule.intervalMs; visit(run) === 'more'; ) run += schedule.intervalMs
}

function eachCronRun(schedule: CronSchedule, after: number, zone: Zone, visit: Visit): void {
  for (let run = walk(schedule, after, zone); run !== undefined; run = walk(schedule, run, zone)) {
    if (visit(run * 1000) === 'enough') return
    const last = restOfHour(schedule, run, zone, visit)
    if (last === 'enough') return
    run = last
  }
}

/**
 * Visits the runs that follow `run` in its hour and answers the last. From a local time that matches the walk only
 * raises the minute while the hour lasts and the clock is steady, so these need no walk.
 */
function restOfHour(schedule: CronSchedule, run: number, zone: Zone, visit: Visit): number | 'enough' {
  const { minuteFrom } = schedule
  const { offset, end } = zone.segmentAt(run)
  const localMinute = (run + offset) / 60
  const { year } = civilFromDays(Math.floor(localMinute / 1440))
  if (firstMatch(schedule, Math.ceil(localMinute), year) !== localMinute) return run
  let minute = localMinute - Math.floor(localMinute / 60) * 60
  let last = run
  for (;;) {
    const next = minuteFrom[minute + 1]!
    const following = last + (next - minute) * 60
    if (next === 60 || following >= end) return last
    last = following
    minute = next
    if (visit(last * 1000) === 'enough') return 'enough'
  }
}

/** The second that an instant in milliseconds lies in. */
function secondOf(instant: number): number {
  if (!(Math.abs(instant) <= 8.64e15)) throw new RangeError(`${instant} is no instant in milliseconds since 1970`)
  return Math.floor(instant / 1000)
}
