import type { Kysely } from 'kysely'
import { notFound } from '../../contract/errors.ts'
import type { CronJobRecord, CronJobSpec, Target } from '../domain/cronJob.ts'
import type { LocalCronJobs, StoredCronJob } from '../domain/localState.ts'
import { applicationErrors } from './applicationErrors.ts'
import { fromJson } from './columns.ts'
import type { Row, Schema } from './schema.ts'
import { explaining } from './storeError.ts'

/** CronJobs in the table `applications`. */
export function createLocalCronJobs(db: Kysely<Schema>): LocalCronJobs {
  const rows = () => db.selectFrom('applications').selectAll().where('type', '=', 'cronjob')
  return {
    list: async projectId => {
      const query = projectId === undefined ? rows() : rows().where('project_id', '=', projectId)
      return (await query.orderBy('name').orderBy('id').execute()).map(toStored)
    },
    get: async id => {
      const row = await rows().where('id', '=', id).executeTakeFirst()
      return row && toStored(row)
    },
    insert: async cronJob => {
      const write = db
        .insertInto('applications')
        .values({
          id: cronJob.id,
          type: 'cronjob',
          project_id: cronJob.projectId,
          created_at: cronJob.createdAt,
          updated_at: cronJob.updatedAt,
          ...specColumns(cronJob.spec),
        })
        .execute()
      await explaining(write, errorsOf(cronJob))
    },
    update: async cronJob => {
      const write = db
        .updateTable('applications')
        .set({ project_id: cronJob.projectId, updated_at: cronJob.updatedAt, ...specColumns(cronJob.spec) })
        .where('id', '=', cronJob.id)
        .where('type', '=', 'cronjob')
        .executeTakeFirst()
      const { numUpdatedRows } = await explaining(write, errorsOf(cronJob))
      if (numUpdatedRows === 0n) throw notFound('CronJob', cronJob.id)
    },
    saveLastNominal: async (id, lastNominalAt, nextExecutionAt) => {
      const { numUpdatedRows } = await db
        .updateTable('applications')
        .set({ last_nominal_at: lastNominalAt, next_execution_at: nextExecutionAt ?? null })
        .where('id', '=', id)
        .where('type', '=', 'cronjob')
        .executeTakeFirst()
      if (numUpdatedRows === 0n) throw notFound('CronJob', id)
    },
    remove: async id => {
      await db.deleteFrom('applications').where('id', '=', id).where('type', '=', 'cronjob').execute()
    },
  }
}

const errorsOf = (cronJob: CronJobRecord) =>
  applicationErrors('CronJob', { projectId: cronJob.projectId, name: cronJob.spec.name })

/** The part of a spec that the column `spec` holds; a command is in columns of its own. */
type SpecRest = Omit<CronJobSpec, 'name' | 'schedule' | 'target'> & { target?: Target }

function specColumns({ name, schedule, target, ...rest }: CronJobSpec) {
  const command = target.kind === 'command' ? target : undefined
  const spec: SpecRest = command ? rest : { ...rest, target }
  return {
    name,
    cron_schedule: schedule,
    cron_command: command ? JSON.stringify(command.command) : null,
    cron_args: command ? JSON.stringify(command.args) : null,
    spec: JSON.stringify(spec),
  }
}

function toStored(row: Row<'applications'>): StoredCronJob {
  const { target, ...rest } = fromJson<SpecRest>(row.spec)
  const spec: CronJobSpec = {
    ...rest,
    name: row.name,
    schedule: row.cron_schedule ?? '',
    target: target ?? {
      kind: 'command',
      command: fromJson<string[]>(row.cron_command ?? '[]'),
      args: fromJson<string[]>(row.cron_args ?? '[]'),
    },
  }
  const cronJob: CronJobRecord = {
    id: row.id,
    projectId: row.project_id,
    spec,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
  return row.last_nominal_at === null ? { cronJob } : { cronJob, lastNominalAt: row.last_nominal_at }
}
