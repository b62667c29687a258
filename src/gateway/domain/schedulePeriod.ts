import type { CronJobRecord, SchedulePeriod } from './cronJob.ts'
import type { LedgerStore } from './ledgerStore.ts'

/** The period that begins when a CronJob gets its present spec. */
export const periodOf = ({ id, spec }: CronJobRecord, anchor: number, validFrom: number): SchedulePeriod => ({
  applicationId: id,
  schedule: spec.schedule,
  ...(spec.timeZone === undefined ? {} : { timeZone: spec.timeZone }),
  suspend: spec.suspend,
  concurrencyPolicy: spec.concurrencyPolicy,
  ...(spec.startingDeadlineSeconds === undefined ? {} : { startingDeadlineSeconds: spec.startingDeadlineSeconds }),
  anchor,
  validFrom,
})

/** Whether a change of the spec begins another period. */
export const beginsPeriod = (period: SchedulePeriod, { spec }: CronJobRecord): boolean =>
  movesRuns(period, spec) ||
  period.suspend !== spec.suspend ||
  period.concurrencyPolicy !== spec.concurrencyPolicy ||
  period.startingDeadlineSeconds !== spec.startingDeadlineSeconds

/** Whether the runs of two schedules fall on other times. */
export const movesRuns = (
  a: Pick<SchedulePeriod, 'schedule' | 'timeZone'>,
  b: Pick<SchedulePeriod, 'schedule' | 'timeZone'>,
): boolean => a.schedule !== b.schedule || a.timeZone !== b.timeZone

/**
 * Writes the period that a gateway killed between storing a spec and its period left out. `handledUpTo` is the last
 * nominal time: what `@every` counts from.
 */
export async function reconcilePeriod(ledger: LedgerStore, record: CronJobRecord, handledUpTo: number): Promise<void> {
  const present = (await ledger.periods(record.id)).findLast(period => period.validTo === undefined)
  if (!present) return ledger.savePeriod(periodOf(record, record.createdAt, record.createdAt))
  if (!beginsPeriod(present, record)) return
  const anchor = movesRuns(present, record.spec) ? handledUpTo : present.anchor
  await ledger.savePeriod(periodOf(record, anchor, record.updatedAt))
}
