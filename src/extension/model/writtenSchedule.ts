import { nextRuns } from '../../schedule/next.ts'
import { parseSchedule } from '../../schedule/parse.ts'
import { validateTimeZone } from '../../schedule/timeZones.ts'
import type { RenderOptions } from './treeNode.ts'

/** A schedule as a file says it, with what decides its meaning. */
export interface WrittenSchedule {
  readonly schedule: string
  readonly timeZone?: string
  readonly startingDeadlineSeconds?: number
  readonly suspend?: boolean
}

/** With whose eyes a schedule is shown: language, clock and zone. */
export type Viewer = Pick<RenderOptions, 't' | 'now' | 'locale' | 'timeZone'>

/** A template of Helm stands for a text that is not known yet. */
export const isTemplate = ({ schedule, timeZone = '' }: WrittenSchedule): boolean =>
  schedule.includes('{{') || timeZone.includes('{{')

/**
 * The next runs as epoch milliseconds. None of what Kubernetes refuses, and none of `@every`, which counts from a
 * moment that no file tells.
 */
export function writtenRuns({ schedule, timeZone = 'UTC' }: WrittenSchedule, now: number, count: number): number[] {
  const parsed = parseSchedule(schedule)
  if (!parsed.ok || parsed.schedule.kind === 'every' || !validateTimeZone(timeZone).ok) return []
  return nextRuns(parsed.schedule, now, timeZone, count)
}
