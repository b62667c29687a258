import { eachRun } from './eachRun.ts'
import type { Schedule } from './schedule.ts'

/**
 * The first instant after `after` at which Kubernetes runs a schedule, both in milliseconds since 1970; undefined when
 * none comes within five calendar years. `@every` counts from `after`, so pass the last nominal time, at first the
 * creation.
 * @param timeZone IANA name; `@every` ignores it
 * @throws RangeError when the zone is unknown or `after` is no instant
 */
export function nextRun(schedule: Schedule, after: number, timeZone: string): number | undefined {
  let found: number | undefined
  eachRun(schedule, after, timeZone, run => {
    found = run
    return 'enough'
  })
  return found
}

/**
 * The first `count` runs after `after`, as {@link nextRun} gives them one from the other; fewer when the schedule ends.
 * @throws RangeError as nextRun
 */
export function nextRuns(schedule: Schedule, after: number, timeZone: string, count: number): number[] {
  const runs: number[] = []
  if (count < 1) return runs
  eachRun(schedule, after, timeZone, run => (runs.push(run) < count ? 'more' : 'enough'))
  return runs
}
