import type { CronJobRecord, SchedulePeriod } from './cronJob.ts'
import { occurrencesIn } from './ledgerOccurrences.ts'
import type { LedgerStore } from './ledgerStore.ts'
import type { CronJobs, ResumeStart } from './ports.ts'

/** What a resume would do about what was missed. */
export interface ResumeEffect extends ResumeStart {
  readonly missedWhileSuspended: number
}

/** Occurrences counted at most. */
const mostCounted = 1000

/** Counts what was missed; what of it starts is for the provider to say, who starts it. */
export async function resumeEffect(
  cronJobs: Pick<CronJobs, 'startsOnResume'>,
  ledger: LedgerStore,
  { id, spec }: CronJobRecord,
  now: number,
): Promise<ResumeEffect> {
  if (!spec.suspend) return { missedWhileSuspended: 0 }
  const missed = missedIn(await ledger.periods(id), now)
  const starts = await cronJobs.startsOnResume(id)
  const started = starts.startsAtOnce ?? starts.startsAfterRun
  // One that waited for a run to end when the job was suspended was due before.
  const isCounted = started === undefined || missed.includes(started)
  return { ...starts, missedWhileSuspended: missed.length + (isCounted ? 0 : 1) }
}

/** The occurrences since the suspension, newest first. */
function missedIn(periods: readonly SchedulePeriod[], now: number): readonly number[] {
  const open = periods.at(-1)
  if (!open?.suspend) return []
  // A schedule that was changed meanwhile counts from its change: what was due under the old one starts nothing.
  let first = periods.length - 1
  while (first > 0 && sameTiming(periods[first - 1]!, open) && periods[first - 1]!.suspend) first -= 1
  const suspended = periods.slice(first).map(period => ({ ...period, suspend: false }))
  const window = { from: suspended[0]!.validFrom, to: now }
  return occurrencesIn(suspended, window, mostCounted).map(occurrence => occurrence.scheduledAt)
}

const sameTiming = (a: SchedulePeriod, b: SchedulePeriod): boolean =>
  a.schedule === b.schedule && a.timeZone === b.timeZone
