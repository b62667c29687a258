import type { Schedule } from './schedule.ts'
import { walk } from './walk.ts'
import { type Zone, zoneOf } from './zone.ts'

/**
 * The first instant after `after` at which Kubernetes runs a schedule, both in milliseconds since 1970; undefined when
 * none comes within five calendar years. `@every` counts from `after`, so pass the last nominal time, at first the
 * creation.
 * @param timeZone IANA name; `@every` ignores it
 * @throws RangeError when the zone is unknown or `after` is no instant
 */
export function nextRun(schedule: Schedule, after: number, timeZone: string): number | undefined {
  return schedule.kind === 'every'
    ? nextEvery(schedule.intervalMs, after)
    : nextInZone(schedule, after, zoneOf(timeZone))
}

/**
 * The first `count` runs after `after`, as {@link nextRun} gives them one from the other; fewer when the schedule ends.
 * @throws RangeError as nextRun
 */
export function nextRuns(schedule: Schedule, after: number, timeZone: string, count: number): number[] {
  const runs: number[] = []
  for (const run of runsAfter(schedule, after, timeZone)) {
    if (runs.length >= count) break
    runs.push(run)
  }
  return runs
}

/** All runs after an instant, one from the other, without end unless the schedule ends. */
export function* runsAfter(schedule: Schedule, after: number, timeZone: string): Generator<number, void, undefined> {
  const zone = schedule.kind === 'every' ? undefined : zoneOf(timeZone)
  let last = after
  for (;;) {
    const run = schedule.kind === 'every' ? nextEvery(schedule.intervalMs, last) : nextInZone(schedule, last, zone!)
    if (run === undefined) return
    yield run
    last = run
  }
}

function nextInZone(schedule: Extract<Schedule, { kind: 'cron' }>, after: number, zone: Zone): number | undefined {
  const found = walk(schedule, secondOf(after), zone)
  return found === undefined ? undefined : found * 1000
}

function nextEvery(intervalMs: number, after: number): number {
  return secondOf(after) * 1000 + intervalMs
}

/** The second that an instant in milliseconds lies in. */
function secondOf(instant: number): number {
  if (!(Math.abs(instant) <= 8.64e15)) throw new RangeError(`${instant} is no instant in milliseconds since 1970`)
  return Math.floor(instant / 1000)
}
