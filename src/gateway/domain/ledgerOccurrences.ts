import { nextRun, parseSchedule, runsBetween, type Schedule, validateTimeZone } from '../../schedule/index.ts'
import type { SchedulePeriod } from './cronJob.ts'

/** Both ends belong to it; epoch milliseconds. */
export interface Window {
  readonly from: number
  readonly to: number
}

/** An instant at which the schedule of a period said that a run is due. */
export interface Occurrence {
  readonly scheduledAt: number
  readonly period: SchedulePeriod
}

const day = 24 * 3600 * 1000
/** Stretch of a cron schedule that is computed at a time, newest first. */
const firstStretch = 7 * day

/**
 * The newest `most` occurrences in a window, newest first, each instant once. A period begins after `validFrom`: what
 * is due at the instant of a change belongs to the schedule before it.
 */
export function occurrencesIn(periods: readonly SchedulePeriod[], window: Window, most: number): readonly Occurrence[] {
  const found = new Map<number, Occurrence>()
  for (const period of periods.toSorted((a, b) => b.validFrom - a.validFrom)) {
    const after = Math.max(period.validFrom, window.from - 1)
    const upTo = Math.min(period.validTo ?? Infinity, window.to)
    for (const scheduledAt of newestRuns(period, after, upTo, most)) {
      if (!found.has(scheduledAt)) found.set(scheduledAt, { scheduledAt, period })
    }
    if (found.size >= most) break
  }
  return [...found.values()].sort((a, b) => b.scheduledAt - a.scheduledAt).slice(0, most)
}

/** Whether the controller never starts it: it looks back no further than the deadline, which is below the interval. */
export const neverStarts = (schedule: Schedule, startingDeadlineSeconds: number | undefined): boolean =>
  schedule.kind === 'every' &&
  startingDeadlineSeconds !== undefined &&
  startingDeadlineSeconds * 1000 < schedule.intervalMs

/** The first run of a period after an instant; `@every` stays on the grid of its anchor. */
export function nextOccurrence(period: SchedulePeriod, after: number): number | undefined {
  const parsed = parseSchedule(period.schedule)
  if (
    !parsed.ok ||
    !isKnownZone(period) ||
    period.suspend ||
    neverStarts(parsed.schedule, period.startingDeadlineSeconds)
  )
    return undefined
  return parsed.schedule.kind === 'every'
    ? nextOnGrid(period.anchor, parsed.schedule.intervalMs, after)
    : nextRun(parsed.schedule, after, period.timeZone ?? 'UTC')
}

/** Whether this gateway has the data of the zone: a cluster may know others. */
const isKnownZone = ({ timeZone }: SchedulePeriod): boolean => timeZone === undefined || validateTimeZone(timeZone).ok

/** Instants in (after, upTo], newest first. */
function newestRuns(period: SchedulePeriod, after: number, upTo: number, most: number): readonly number[] {
  const parsed = parseSchedule(period.schedule)
  if (
    !parsed.ok ||
    !isKnownZone(period) ||
    after >= upTo ||
    neverStarts(parsed.schedule, period.startingDeadlineSeconds)
  )
    return []
  const { schedule } = parsed
  if (schedule.kind === 'every') return newestOnGrid(period.anchor, schedule.intervalMs, after, upTo, most)
  const runs: number[] = []
  let stretch = firstStretch
  for (let end = upTo; end > after && runs.length < most; ) {
    const start = Math.max(after, end - stretch)
    const part = runsBetween(schedule, start, end, period.timeZone ?? 'UTC', Infinity)
    for (let i = part.length - 1; i >= 0; i--) runs.push(part[i]!)
    if (part.length < 1000) stretch *= 2
    end = start
  }
  return runs
}

function newestOnGrid(anchor: number, interval: number, after: number, upTo: number, most: number): readonly number[] {
  const first = nextOnGrid(anchor, interval, after)
  const count = Math.floor((upTo - first) / interval) + 1
  if (count <= 0) return []
  const last = first + (count - 1) * interval
  return Array.from({ length: Math.min(count, most) }, (_, i) => last - i * interval)
}

/** The first point after `after` of the grid that begins one interval after the anchor's second. */
function nextOnGrid(anchor: number, interval: number, after: number): number {
  const origin = Math.floor(anchor / 1000) * 1000
  return origin + Math.max(1, Math.floor((after - origin) / interval) + 1) * interval
}
