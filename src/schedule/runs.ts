import { eachRun } from './eachRun.ts'
import { nextRun } from './next.ts'
import type { EverySchedule, Schedule } from './schedule.ts'

/** The latest of the runs that were due, and how many were. */
export interface LatestRun {
  /** Milliseconds since 1970; absent when none was due. */
  readonly latest?: number
  /** Runs that were due, the latest included. */
  readonly missed: number
}

/**
 * The first `limit` runs in (fromExclusive, toInclusive], instants in milliseconds since 1970, each computed from the
 * one before as the controller does.
 * @throws RangeError when the zone is unknown or an instant is none
 */
export function runsBetween(
  schedule: Schedule,
  fromExclusive: number,
  toInclusive: number,
  timeZone: string,
  limit: number,
): number[] {
  const runs: number[] = []
  if (limit < 1) return runs
  eachRun(schedule, fromExclusive, timeZone, run => {
    if (run > toInclusive) return 'enough'
    return runs.push(run) < limit ? 'more' : 'enough'
  })
  return runs
}

/**
 * The latest run in (afterExclusive, notAfter] and the number of runs in it: what the controller calls the most recent
 * schedule time. Instants in milliseconds since 1970. Takes some 10 ms for a year of every minute.
 * @throws RangeError when the zone is unknown or an instant is none
 */
export function latestRun(schedule: Schedule, afterExclusive: number, notAfter: number, timeZone: string): LatestRun {
  if (schedule.kind === 'every') return latestEvery(schedule, afterExclusive, notAfter)
  let latest: number | undefined
  let missed = 0
  eachRun(schedule, afterExclusive, timeZone, run => {
    if (run > notAfter) return 'enough'
    latest = run
    missed++
    return 'more'
  })
  return latest === undefined ? { missed } : { latest, missed }
}

/** An interval of a second over years needs no stepping. */
function latestEvery(schedule: EverySchedule, afterExclusive: number, notAfter: number): LatestRun {
  const first = nextRun(schedule, afterExclusive, 'UTC')
  if (first === undefined || first > notAfter) return { missed: 0 }
  const later = Math.floor((notAfter - first) / schedule.intervalMs)
  return { latest: first + later * schedule.intervalMs, missed: later + 1 }
}
