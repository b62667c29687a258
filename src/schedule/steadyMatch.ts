import { civilFromDays, daysInMonth } from './civil.ts'
import { firstMatch } from './firstMatch.ts'
import type { CronSchedule } from './schedule.ts'
import type { Zone } from './zone.ts'

/** How the walk stands: `fresh`, or having put the parts below the first one that it raised back to their start. */
export type WalkState = 'fresh' | 'reset'

/**
 * The end of the walk from instant t (seconds) when no clock change can touch the rest of it: then it is the first
 * local minute that matches, which needs no stepping. 'unsteady' when a change may matter; undefined when no run comes
 * up to the end of `lastYear`.
 */
export function steadyMatch(
  schedule: CronSchedule,
  zone: Zone,
  t: number,
  state: WalkState,
  lastYear: number,
): number | undefined | 'unsteady' {
  const segment = zone.segmentAt(t)
  const { offset } = segment
  if (offset % 60 !== 0) return 'unsteady'
  const local = t + offset
  const found = firstMatch(schedule, Math.ceil(local / 60), lastYear)
  if (found === undefined) return segment.end === Infinity ? undefined : 'unsteady'
  const match = found * 60
  if (match === local) return t
  const result = match - offset
  const hour = Math.floor(local / 3600)
  if (Math.floor(match / 3600) === hour) {
    // Minutes are raised by adding to the instant, so that it does not matter whether a local time exists twice.
    const clean = state === 'fresh' || local % 60 === 0
    return clean && result < segment.end ? result : 'unsteady'
  }
  if (result >= segment.safeEnd) return 'unsteady'
  const start = startOfWalk(local, match)
  const clean = state === 'fresh' ? start - offset >= segment.safeStart : start === local
  return clean ? result : 'unsteady'
}

/** The earliest local second to which the walk may go back first: the start of the hour, day or month of `local`. */
function startOfWalk(local: number, match: number): number {
  const days = Math.floor(local / 86_400)
  const matchDays = Math.floor(match / 86_400)
  if (matchDays === days) return Math.floor(local / 3600) * 3600
  const { year, month, day } = civilFromDays(days)
  const inSameMonth = matchDays - days <= daysInMonth(year, month) - day
  return inSameMonth ? days * 86_400 : (days - day + 1) * 86_400
}
