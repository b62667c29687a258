import { lastInstant } from '../../base/instant.ts'
import { describeSchedule, lintSchedule, nextRuns, type Warning } from '../../schedule/index.ts'
import { authorize, type Caller } from './caller.ts'
import { checkSchedule } from './checkSchedule.ts'
import type { Clock } from './clock.ts'

/** What a preview asks; `from` is epoch milliseconds and defaults to now. */
export interface PreviewInput {
  readonly schedule: string
  readonly timeZone?: string
  readonly from?: number
  readonly count?: number
  readonly startingDeadlineSeconds?: number
}

/** A sentence, the next instants (epoch milliseconds) and the warnings. */
export interface Preview {
  readonly sentence: string
  readonly next: readonly number[]
  readonly warnings: readonly Warning[]
}

/** Answers what a schedule means. @throws HksError INVALID_SCHEDULE for what the API server refuses */
export type PreviewSchedule = (caller: Caller, input: PreviewInput) => Preview

/** Runs shown when no count is asked. */
const defaultCount = 10

/** Makes the preview; nothing is stored. */
export const createPreviewSchedule =
  (clock: Clock): PreviewSchedule =>
  (caller, { schedule, timeZone, from = clock.now(), count = defaultCount, startingDeadlineSeconds }) => {
    authorize(caller, 'read')
    const parsed = checkSchedule(schedule, timeZone)
    const warnings = lintSchedule(schedule, {
      from,
      ...(timeZone === undefined ? {} : { timeZone }),
      ...(startingDeadlineSeconds === undefined ? {} : { startingDeadlineSeconds }),
    })
    const startsNever = warnings.some(({ code }) => code === 'EVERY_NEVER_STARTS')
    return {
      sentence: describeSchedule(schedule, timeZone === undefined ? {} : { timeZone }),
      next: startsNever ? [] : nextRuns(parsed, from, timeZone ?? 'UTC', count).filter(at => at <= lastInstant),
      warnings,
    }
  }
