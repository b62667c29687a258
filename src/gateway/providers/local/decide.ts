import type { ConcurrencyPolicy } from '../../../contract/cronJobs.ts'
import { latestRun, nextRun, type Schedule } from '../../../schedule/index.ts'
import type { SkipReason } from '../../domain/cronJob.ts'
import { neverStarts } from '../../domain/ledgerOccurrences.ts'

/** What the controller knows of a CronJob when it looks at it. Instants are epoch milliseconds. */
export interface Situation {
  readonly schedule: Schedule
  readonly timeZone: string
  readonly suspend: boolean
  readonly concurrencyPolicy: ConcurrencyPolicy
  readonly startingDeadlineSeconds?: number
  /** The latest nominal time that was handled; at first the creation. */
  readonly handledUpTo: number
  /** The occurrence that waits for a running Job to end (Forbid). */
  readonly waiting?: number
  /** Nominal time of the last Job that was started. */
  readonly lastStarted?: number
  /** Scheduled runs in progress; manual ones do not count. */
  readonly active: number
}

/** What the controller does about it. */
export interface Verdict {
  /** The occurrence to start now. */
  readonly start?: number
  /** Running scheduled Jobs are ended first. */
  readonly replace?: true
  /** Occurrences that are passed over with a reason. */
  readonly skips: readonly { readonly scheduledAt: number; readonly reason: SkipReason }[]
  readonly handledUpTo: number
  readonly waiting?: number
  /** When to look again; absent: only after a change. */
  readonly next?: number
}

/**
 * One look of the CronJob controller at a CronJob (k8s.io/kubernetes/pkg/controller/cronjob, syncCronJob): of what is
 * due only the latest counts, and it starts unless its deadline has passed or the policy forbids it.
 */
export function decide(situation: Situation, now: number): Verdict {
  const { schedule, timeZone, waiting, handledUpTo } = situation
  if (situation.suspend || neverStarts(schedule, situation.startingDeadlineSeconds)) return { skips: [], handledUpTo }
  const { latest } = latestRun(schedule, handledUpTo, now, timeZone)
  if (latest === undefined) return withNext({ skips: [], handledUpTo }, schedule, timeZone, handledUpTo)

  const late = waiting !== undefined && waiting < latest ? [skipped(waiting, 'concurrency')] : []
  const deadline = situation.startingDeadlineSeconds
  if (deadline !== undefined && latest + deadline * 1000 < now) {
    const reason = waiting === latest ? 'concurrency' : 'deadline'
    return withNext({ skips: [...late, skipped(latest, reason)], handledUpTo: latest }, schedule, timeZone, latest)
  }
  if (situation.concurrencyPolicy === 'Forbid' && situation.active > 0) {
    const handled = late.length > 0 ? waiting! : handledUpTo
    return withNext({ skips: late, handledUpTo: handled, waiting: latest }, schedule, timeZone, latest)
  }
  const handled = { skips: late, handledUpTo: latest }
  // Kubernetes names a Job by the minute, so a second one within it finds its name taken.
  if (situation.lastStarted !== undefined && minuteOf(situation.lastStarted) === minuteOf(latest))
    return withNext(handled, schedule, timeZone, latest)
  const replace = situation.concurrencyPolicy === 'Replace' && situation.active > 0
  return withNext({ ...handled, start: latest, ...(replace ? { replace } : {}) }, schedule, timeZone, latest)
}

/** The minute that Kubernetes names a Job by. */
export const minuteOf = (instant: number): number => Math.floor(instant / 60_000)

const skipped = (scheduledAt: number, reason: SkipReason) => ({ scheduledAt, reason })

function withNext(verdict: Verdict, schedule: Schedule, timeZone: string, after: number): Verdict {
  const next = nextRun(schedule, after, timeZone)
  return next === undefined ? verdict : { ...verdict, next }
}
