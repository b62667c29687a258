import type { ExecutionSummary, Trigger } from '../../contract/executions.ts'
import type { LedgerEntry } from '../../contract/ledger.ts'
import { t } from '../ui/text.ts'
import { type Clock, spanText } from '../ui/times.ts'
import { kindOf, timeOf } from './modelLedger.ts'

/** One row as text. An absent value is a dash. */
export interface EntryText {
  /** When it was due; in parentheses when a run that was not due started. */
  readonly scheduled: string
  readonly started: string
  readonly lateness: string
  readonly duration: string
  readonly outcome: string
  readonly trigger: string
  /** What the run is called. */
  readonly title: string
  /** The whole row as a sentence, for screen readers. */
  readonly label: string
}

const none = '–'

const triggerNames = (): Readonly<Record<Trigger, string>> => ({
  schedule: t('schedule'),
  manual: t('by hand'),
  retry: t('run again'),
})

/** The texts of a row, times in the job's zone. */
export function entryText(entry: LedgerEntry, clock: Clock, now: number): EntryText {
  const { execution, scheduledAt } = entry
  const due = scheduledAt === undefined ? undefined : Date.parse(scheduledAt)
  const started = execution === undefined ? undefined : Date.parse(execution.startedAt)
  const duration = execution === undefined ? undefined : durationOf(execution, now)
  const outcome = outcomeText(entry)
  const trigger = execution === undefined ? t('schedule') : triggerNames()[execution.trigger]
  const at = timeOf(entry)
  const when = `${clock.date(at)} ${clock.time(due ?? Math.floor(at / 60_000) * 60_000)}`
  return {
    scheduled: due === undefined ? `(${when})` : when,
    started: started === undefined ? none : secondsOf(started, clock),
    lateness: due === undefined || started === undefined ? none : spanText(Math.max(0, started - due)),
    duration: duration === undefined ? none : spanText(duration),
    outcome,
    trigger,
    title: due === undefined ? t('Run of {0}', `${clock.date(at)} ${secondsOf(at, clock)}`) : t('Run due {0}', when),
    label: [when, outcome, ...(duration === undefined ? [] : [spanText(duration)]), trigger].join(', '),
  }
}

/** How long a run took or, while it runs, has taken; milliseconds. */
export function durationOf(execution: ExecutionSummary, now: number): number {
  const end = execution.completedAt === undefined ? now : Date.parse(execution.completedAt)
  return Math.max(0, end - Date.parse(execution.startedAt))
}

/** What became of an entry, with its cause. */
export function outcomeText(entry: LedgerEntry): string {
  const cause = entry.execution?.cause ?? entry.cause
  switch (kindOf(entry)) {
    case 'succeeded':
      return t('Succeeded')
    case 'failed':
      return t('Failed: {0}', cause ?? failureOf(entry.execution))
    case 'running':
      return runningText(entry.execution)
    case 'skipped':
      return t('Skipped: {0}', cause ?? skipReason(entry.reason))
    case 'missed':
      return cause === undefined ? t('Missed: nothing ran') : t('Missed: {0}', cause)
    case 'unknown':
      return cause === undefined ? t('Unknown: nobody was watching') : t('Unknown: {0}', cause)
  }
}

function failureOf(execution: ExecutionSummary | undefined): string {
  if (execution?.exitCode !== undefined) return t('exit {0}', execution.exitCode)
  return execution?.reason ?? t('no reason is known')
}

function runningText(execution: ExecutionSummary | undefined): string {
  const attempt = execution?.attempts.length ?? 1
  if (execution?.phase === 'backoff') return t('Waiting for attempt {0}', attempt + 1)
  if (execution?.phase === 'stopping') return t('Stopping')
  return attempt > 1 ? t('Running, attempt {0}', attempt) : t('Running')
}

function skipReason(reason: string | undefined): string {
  const known: Readonly<Record<string, string>> = {
    concurrency: t('the run before was not done'),
    suspended: t('the CronJob was suspended'),
    deadline: t('too late for its starting deadline'),
  }
  return known[reason ?? ''] ?? reason ?? t('no reason is known')
}

/** A start is told to the tenth of a second: lateness shows there. */
function secondsOf(instant: number, clock: Clock): string {
  const whole = clock.time(Math.floor(instant / 60_000) * 60_000)
  const seconds = Math.floor((instant % 60_000) / 100) / 10
  return `${whole}:${seconds.toFixed(1).padStart(4, '0')}`
}
