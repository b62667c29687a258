import type { CronJobRecord } from './cronJob.ts'
import { occurrencesIn } from './ledgerOccurrences.ts'
import type { ExecutionStore, LedgerStore } from './ports.ts'

/** What a resume would start at once. Instants are epoch milliseconds. */
export interface ResumeEffect {
  readonly startsAtOnce?: number
  readonly missedWhileSuspended: number
}

/** Occurrences counted at most; the controller needs only the latest. */
const mostCounted = 1000

/** The latest occurrence missed while the job was suspended starts at once when its deadline allows. */
export async function resumeEffect(
  stores: { readonly executions: ExecutionStore; readonly ledger: LedgerStore },
  { id, spec }: CronJobRecord,
  now: number,
): Promise<ResumeEffect> {
  const periods = await stores.ledger.periods(id)
  const open = periods.at(-1)
  if (!spec.suspend || !open?.suspend) return { missedWhileSuspended: 0 }
  // A schedule that was changed meanwhile counts from its change: what was due under the old one starts nothing.
  let first = periods.length - 1
  while (first > 0 && sameTiming(periods[first - 1]!, open) && periods[first - 1]!.suspend) first -= 1
  const suspended = periods.slice(first).map(period => ({ ...period, suspend: false }))
  const missed = occurrencesIn(suspended, { from: suspended[0]!.validFrom, to: now }, mostCounted)
  const latest = missed[0]?.scheduledAt
  if (latest === undefined) return { missedWhileSuspended: 0 }
  const deadline = spec.startingDeadlineSeconds
  const tooLate = deadline !== undefined && latest + deadline * 1000 < now
  const [run] = await stores.executions.between(id, latest, latest)
  return tooLate || run?.scheduledAt === latest
    ? { missedWhileSuspended: missed.length }
    : { missedWhileSuspended: missed.length, startsAtOnce: latest }
}

const sameTiming = (
  a: { readonly schedule: string; readonly timeZone?: string },
  b: { readonly schedule: string; readonly timeZone?: string },
): boolean => a.schedule === b.schedule && a.timeZone === b.timeZone
