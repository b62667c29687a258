import { type Kysely, sql, type Transaction } from 'kysely'
import { HksError } from '../../contract/errors.ts'
import type { Execution } from '../domain/cronJob.ts'
import type { ExecutionStore } from '../domain/executionStore.ts'
import { fromJson, present } from './columns.ts'
import type { Row, Schema } from './schema.ts'
import { withoutFlush } from './sqliteDialect.ts'
import { explaining } from './storeError.ts'
import { startedBefore } from './startedBefore.ts'

/** Runs in the table `cronjob_executions`. */
export const createExecutionStore = (db: Kysely<Schema>): ExecutionStore => ({
  save: async (execution, { isTold = false } = {}) => {
    const write = async (transaction: Transaction<Schema>) => put(transaction, execution)
    const written = isTold ? withoutFlush(db, write) : db.transaction().execute(write)
    await explaining(written, { unique: () => taken(execution) })
  },

  get: async id => {
    const row = await db.selectFrom('cronjob_executions').selectAll().where('id', '=', id).executeTakeFirst()
    return row && toExecution(row)
  },

  list: async ({ applicationId, limit, after, status }) => {
    let query = db.selectFrom('cronjob_executions').selectAll().where('application_id', '=', applicationId)
    if (status) query = query.where('status', '=', status)
    if (after) query = query.where(startedBefore(after))
    const rows = await query.orderBy('started_at', 'desc').orderBy('id', 'desc').limit(limit).execute()
    return rows.map(toExecution)
  },

  recent: async (count, applicationIds) => {
    if (applicationIds?.length === 0) return new Map()
    const { rows } = await recentRows(count, applicationIds).execute(db)
    return Map.groupBy(rows.map(toExecution), execution => execution.applicationId)
  },

  lastScheduled: async () => {
    // By the index, an entry for each CronJob.
    const rows = await db
      .selectFrom('applications')
      .select(eb => [
        'id',
        eb
          .selectFrom('cronjob_executions')
          .select(({ fn }) => fn.max('scheduled_at').as('last'))
          .whereRef('application_id', '=', 'applications.id')
          .as('last'),
      ])
      .where('type', '=', 'cronjob')
      .execute()
    return new Map(rows.flatMap(({ id, last }) => (last === null ? [] : [[id, last]])))
  },

  between: async (applicationId, from, to) => {
    const rows = await db
      .selectFrom('cronjob_executions')
      .selectAll()
      .where('application_id', '=', applicationId)
      .where(eb =>
        eb.or([
          eb.and([eb('scheduled_at', '>=', from), eb('scheduled_at', '<=', to)]),
          eb.and([eb('scheduled_at', 'is', null), eb('started_at', '>=', from), eb('started_at', '<=', to)]),
        ]),
      )
      .orderBy('started_at', 'desc')
      .orderBy('id', 'desc')
      .execute()
    return rows.map(toExecution)
  },

  running: async () => {
    const rows = await db.selectFrom('cronjob_executions').selectAll().where('status', '=', 'running').execute()
    return rows.map(toExecution)
  },
})

async function put(transaction: Transaction<Schema>, execution: Execution): Promise<void> {
  const row = toRow(execution)
  await transaction
    .insertInto('cronjob_executions')
    .values({ ...row, created_at: execution.startedAt })
    .onConflict(conflict => conflict.column('id').doUpdateSet(row))
    .execute()
  await transaction
    .updateTable('applications')
    .set({ last_execution_at: execution.startedAt })
    .where('id', '=', execution.applicationId)
    .where(eb => eb.or([eb('last_execution_at', 'is', null), eb('last_execution_at', '<', execution.startedAt)]))
    .execute()
}

/** Goes from one application to the next by the index: its cost grows with the answer, not with the history. */
const recentRows = (count: number, applicationIds: readonly string[] | undefined) => sql<Row<'cronjob_executions'>>`
  with recursive applications_with_runs(id) as (${applicationIds ? valuesOf(applicationIds) : allApplications})
  select run.*
  from applications_with_runs application
  join cronjob_executions run on run.id in (
    select latest.id from cronjob_executions latest where latest.application_id = application.id
    order by latest.started_at desc, latest.id desc limit ${count}
  )
  order by run.application_id, run.started_at desc, run.id desc`

const valuesOf = (ids: readonly string[]) => sql`values ${sql.join(ids.map(id => sql`(${id})`))}`

const allApplications = sql`
  select min(application_id) from cronjob_executions
  union all
  select (select min(application_id) from cronjob_executions where application_id > applications_with_runs.id)
  from applications_with_runs where applications_with_runs.id is not null`

const taken = (execution: Execution) =>
  new HksError(
    'CONFLICT',
    `A run of "${execution.applicationId}" for ${new Date(execution.scheduledAt ?? 0).toISOString()} exists already.`,
    { details: { applicationId: execution.applicationId, scheduledAt: execution.scheduledAt } },
  )

const toRow = (execution: Execution): Omit<Row<'cronjob_executions'>, 'created_at'> => ({
  id: execution.id,
  application_id: execution.applicationId,
  job_name: execution.jobName,
  scheduled_at: execution.scheduledAt ?? null,
  started_at: execution.startedAt,
  completed_at: execution.completedAt ?? null,
  status: execution.status,
  phase: execution.phase,
  reason: execution.reason ?? null,
  cause: execution.cause ?? null,
  exit_code: execution.exitCode ?? null,
  trigger: execution.trigger,
  retry_of: execution.retryOf ?? null,
  changes: execution.changes ? JSON.stringify(execution.changes) : null,
  attempts: JSON.stringify(execution.attempts),
})

const toExecution = (row: Row<'cronjob_executions'>): Execution =>
  present({
    id: row.id,
    applicationId: row.application_id,
    jobName: row.job_name,
    scheduledAt: row.scheduled_at,
    startedAt: row.started_at,
    completedAt: row.completed_at,
    status: row.status,
    phase: row.phase,
    reason: row.reason,
    cause: row.cause,
    exitCode: row.exit_code,
    trigger: row.trigger,
    retryOf: row.retry_of,
    changes: row.changes === null ? null : fromJson<NonNullable<Execution['changes']>>(row.changes),
    attempts: fromJson<Execution['attempts']>(row.attempts),
  })
