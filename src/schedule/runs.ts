import { nextRun, runsAfter } from './next.ts'
import type { Schedule } from './schedule.ts'

/** {@link latestRun} counts missed runs exactly up to this number (the controller itself stops counting at 100). */
export const missedCap = 1000

/** The latest of the runs that were due, and how many were. */
export interface LatestRun {
  /** Milliseconds since 1970; absent when none was due. */
  readonly latest?: number
  /** Runs that were due, at most {@link missedCap}. */
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
  if (limit <= 0) return runs
  for (const run of runsAfter(schedule, fromExclusive, timeZone)) {
    if (run > toInclusive) break
    runs.push(run)
    if (runs.length >= limit) break
  }
  return runs
}

/**
 * The latest run in (afterExclusive, notAfter] and the number of runs in it: what the controller calls the most recent
 * schedule time. Instants in milliseconds since 1970.
 * @throws RangeError when the zone is unknown or an instant is none
 */
export function latestRun(schedule: Schedule, afterExclusive: number, notAfter: number, timeZone: string): LatestRun {
  if (schedule.kind === 'every') return latestEvery(schedule.intervalMs, schedule, afterExclusive, notAfter, timeZone)
  let latest: number | undefined
  let missed = 0
  for (const run of runsAfter(schedule, afterExclusive, timeZone)) {
    if (run > notAfter) break
    latest = run
    missed++
  }
  return latest === undefined ? { missed: 0 } : { latest, missed: Math.min(missed, missedCap) }
}

function latestEvery(
  intervalMs: number,
  schedule: Schedule,
  afterExclusive: number,
  notAfter: number,
  timeZone: string,
): LatestRun {
  const first = nextRun(schedule, afterExclusive, timeZone)
  if (first === undefined || first > notAfter) return { missed: 0 }
  const later = Math.floor((notAfter - first) / intervalMs)
  return { latest: first + later * intervalMs, missed: Math.min(later + 1, missedCap) }
}
