import type { Handlers } from '../../../src/base/messenger.ts'
import type { CronJob } from '../../../src/contract/cronJobs.ts'
import type { LedgerEntry, LedgerQuery, LedgerSummary } from '../../../src/contract/ledger.ts'
import type { LogLine } from '../../../src/contract/logs.ts'
import type { ExecutionHistoryInit, ExecutionHistoryProtocol } from '../../../src/contract/webviews.ts'
import { cronJob, execution, now } from './cronJobs.ts'

type HostHandlers = Handlers<ExecutionHistoryProtocol['host']>

/** The extension host of the execution history as a test plays it; what the page asked is kept. */
export interface ExecutionHistoryHost {
  readonly handlers: HostHandlers
  readonly listeners: Record<never, never>
  /** Requests other than ledger and log, by name and parameters. */
  readonly asked: string[]
  readonly queries: LedgerQuery[]
  /** The ledger as it stands, newest first; a test may change it. */
  entries: LedgerEntry[]
}

const minute = 60_000
/** The nominal time of the newest entry. */
const newest = Date.parse('2026-11-23T11:55:00.000Z')
const iso = (instant: number) => new Date(instant).toISOString()

/** A job of every five minutes and its ledger: every 9th failed, every 13th was missed, every 17th skipped. */
export function ledgerEntries(count: number): LedgerEntry[] {
  return Array.from({ length: count }, (_, i): LedgerEntry => {
    const due = newest - i * 5 * minute
    const scheduledAt = iso(due)
    if (i % 13 === 12) return { scheduledAt, outcome: 'missed', cause: 'the gateway was not running' }
    if (i % 17 === 16) return { scheduledAt, outcome: 'skipped', reason: 'concurrency' }
    if (i % 29 === 28) return { scheduledAt, outcome: 'unknown' }
    const duration = 9000 + ((i * 7919) % 40) * 500
    const startedAt = iso(due + 12 + ((i * 31) % 400))
    const completedAt = iso(due + duration)
    const isFailed = i % 9 === 5
    return {
      scheduledAt,
      outcome: 'ran',
      execution: execution({
        id: `run-${i}`,
        scheduledAt,
        startedAt,
        completedAt,
        attempts: [{ number: 1, startedAt, completedAt, exitCode: isFailed ? 137 : 0 }],
        ...(isFailed
          ? { status: 'failed', phase: 'failed', exitCode: 137, reason: 'Error', cause: 'exit 137 (out of memory)' }
          : {}),
      }),
    }
  })
}

/** Lines of a log, numbered from 1. */
export function logLines(count: number, from = 1): LogLine[] {
  return Array.from({ length: count }, (_, i) => ({
    seq: from + i,
    time: iso(newest + 500 + (from + i) * 12),
    stream: (from + i) % 10 === 0 ? ('stderr' as const) : ('stdout' as const),
    text: (from + i) % 10 === 0 ? `warning: retrying batch ${from + i}` : `line ${from + i}: fetched rows of orders`,
  }))
}

/** The job of the history. */
export const historyJob = (change: Partial<CronJob> = {}): CronJob =>
  cronJob({ name: 'sync-orders', schedule: '*/5 * * * *', nextExecutionAt: '2026-11-23T12:05:00.000Z', ...change })

/** What the page starts from. */
export const historyInit = (change: Partial<ExecutionHistoryInit> = {}): ExecutionHistoryInit => ({
  cronJob: historyJob(),
  viewerTimeZone: 'Asia/Tokyo',
  locale: 'en',
  trusted: true,
  now,
  ...change,
})

/** Plays the host over a ledger in memory, paged like the gateway's. */
export function executionHistoryHost(
  init: ExecutionHistoryInit,
  entries: LedgerEntry[],
  change: Partial<HostHandlers> = {},
): ExecutionHistoryHost {
  const asked: string[] = []
  const queries: LedgerQuery[] = []
  const note = (name: string, params: unknown) => {
    asked.push(params === null ? name : `${name} ${JSON.stringify(params)}`)
    return null
  }
  const host: ExecutionHistoryHost = {
    entries,
    asked,
    queries,
    listeners: {},
    handlers: {
      init: () => init,
      ledger: query => {
        queries.push(query)
        const from = query.from ?? iso(0)
        const all = host.entries.filter(
          entry =>
            (entry.scheduledAt ?? entry.execution?.startedAt ?? '') >= from &&
            (query.outcome === undefined || query.outcome === (entry.execution?.status ?? entry.outcome)),
        )
        const start = Number(query.cursor ?? 0)
        const end = start + (query.limit ?? 100)
        return {
          items: all.slice(start, end),
          ...(end < all.length ? { nextCursor: String(end) } : {}),
          from,
          to: now,
          summary: summaryOf(all),
        }
      },
      log: ({ after = 0 }) => ({
        items: logLines(60).filter(line => line.seq > after),
        more: false,
        next: { after: 0 },
        end: 'run ended',
      }),
      followLog: params => note('followLog', params),
      unfollowLog: () => note('unfollowLog', null),
      trigger: params => {
        note('trigger', params)
        return execution({
          id: 'run-new',
          scheduledAt: undefined as never,
          startedAt: now,
          completedAt: undefined as never,
          status: 'running',
          phase: 'running',
          trigger: params.retryOf === undefined ? 'manual' : 'retry',
          attempts: [{ number: 1, startedAt: now }],
        })
      },
      stopRun: params => {
        note('stopRun', params)
        return null
      },
      openInOutput: params => note('openInOutput', params),
      copy: params => note('copy', params),
      editSchedule: () => note('editSchedule', null),
      manageTrust: () => note('manageTrust', null),
      ...change,
    },
  }
  return host
}

function summaryOf(entries: readonly LedgerEntry[]): LedgerSummary {
  const count = (kind: string) => entries.filter(entry => (entry.execution?.status ?? entry.outcome) === kind).length
  return {
    succeeded: count('succeeded'),
    failed: count('failed'),
    running: count('running'),
    skipped: count('skipped'),
    missed: count('missed'),
    unknown: count('unknown'),
    medianMilliseconds: 18_500,
    p95Milliseconds: 28_000,
  }
}
