import { defined } from '../../../base/defined.ts'
import { toInstant } from '../../../base/instant.ts'
import type { PageOf } from '../../../contract/common.ts'
import type { CronJob } from '../../../contract/cronJobs.ts'
import type { Attempt, CronJobExecution, ExecutionSummary, RunChanges } from '../../../contract/executions.ts'
import type { Ledger, LedgerEntry } from '../../../contract/ledger.ts'
import type { Execution } from '../../domain/cronJob.ts'
import type { CronJobView } from '../../domain/cronJobViews.ts'
import type { LedgerAnswer } from '../../domain/ledgerReader.ts'
import type { LedgerRow } from '../../domain/ledgerRows.ts'

/** A CronJob as answers carry it: flat. */
export function toWireCronJob(view: CronJobView): CronJob {
  const { id, projectId, spec, createdAt, updatedAt } = view.record
  const { target, environment, secrets, ...rest } = spec
  return defined({
    ...rest,
    id,
    type: 'cronjob' as const,
    projectId,
    ...(target.kind === 'command'
      ? { command: [...target.command], args: [...target.args] }
      : { functionId: target.functionId, payload: target.payload }),
    environment: { ...environment },
    secrets: [...secrets],
    createdAt: toInstant(createdAt),
    updatedAt: toInstant(updatedAt),
    lastExecutionAt: instant(view.lastExecutionAt),
    nextExecutionAt: instant(view.nextExecutionAt),
    active: view.active,
    recentExecutions: view.recent.map(toWireExecution),
  })
}

/** Writes a page of CronJobs as JSON, what did not change only once: a list asks for the same again and again. */
export function createCronJobPages(): (page: Readonly<PageOf<CronJobView>>) => Uint8Array {
  const written = new WeakMap<CronJobView, Uint8Array>()
  let last: { readonly page: Readonly<PageOf<CronJobView>>; readonly bytes: Uint8Array } | undefined
  /** With a comma in front. */
  const write = (view: CronJobView): Uint8Array => {
    const bytes = written.get(view) ?? Buffer.from(`,${JSON.stringify(toWireCronJob(view))}`)
    written.set(view, bytes)
    return bytes
  }
  return page => {
    if (last && isSamePage(last.page, page)) return last.bytes
    const { items, nextCursor } = page
    const [first, ...others] = items.map(write)
    const end = nextCursor === undefined ? '' : `,"nextCursor":${JSON.stringify(nextCursor)}`
    const parts = first === undefined ? [] : [first.subarray(1), ...others]
    const bytes = Buffer.concat([Buffer.from('{"items":['), ...parts, Buffer.from(`]${end}}`)])
    last = { page, bytes }
    return bytes
  }
}

const isSamePage = (a: Readonly<PageOf<CronJobView>>, b: Readonly<PageOf<CronJobView>>): boolean =>
  a.nextCursor === b.nextCursor &&
  a.items.length === b.items.length &&
  a.items.every((view, at) => view === b.items[at])

/** A run as lists, the ledger and the watch carry it. */
export function toWireExecution(execution: Execution): ExecutionSummary {
  const { scheduledAt, startedAt, completedAt, changes, attempts, ...rest } = execution
  return {
    ...rest,
    startedAt: toInstant(startedAt),
    ...(scheduledAt === undefined ? {} : { scheduledAt: toInstant(scheduledAt) }),
    ...(completedAt === undefined ? {} : { completedAt: toInstant(completedAt) }),
    ...(changes === undefined ? {} : { changes: toWireChanges(changes) }),
    attempts: attempts.map(toWireAttempt),
  }
}

const toWireChanges = ({ args, environment, image }: NonNullable<Execution['changes']>): RunChanges =>
  defined({ args: args && [...args], environment: environment && { ...environment }, image })

const toWireAttempt = ({ startedAt, completedAt, ...rest }: Execution['attempts'][number]): Attempt => ({
  ...rest,
  startedAt: toInstant(startedAt),
  ...(completedAt === undefined ? {} : { completedAt: toInstant(completedAt) }),
})

/** A run with its output. */
export const toWireExecutionWithLogs = (execution: Execution, logs: string): CronJobExecution => ({
  ...toWireExecution(execution),
  logs,
})

/** A page of the ledger. */
export const toWireLedger = ({ items, nextCursor, from, to, summary }: LedgerAnswer): Ledger =>
  defined({ items: items.map(toWireEntry), nextCursor, from: toInstant(from), to: toInstant(to), summary })

const toWireEntry = (row: LedgerRow): LedgerEntry =>
  defined({
    scheduledAt: instant(row.scheduledAt),
    outcome: row.outcome,
    reason: row.reason,
    cause: row.cause,
    execution: row.execution && toWireExecution(row.execution),
  })

const instant = (milliseconds: number | undefined): string | undefined =>
  milliseconds === undefined ? undefined : toInstant(milliseconds)
