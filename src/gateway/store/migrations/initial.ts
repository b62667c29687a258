import type { Kysely } from 'kysely'

/** The first schema. Ids and enums are text, instants integers, lists and objects JSON text, on any database. */
export async function initial(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('projects')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('name', 'text', c => c.notNull())
    .addColumn('connection', 'text', c => c.notNull())
    .addColumn('path', 'text', c => c.unique())
    .addColumn('created_at', 'bigint', c => c.notNull())
    .execute()

  await db.schema
    .createTable('applications')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('type', 'text', c => c.notNull())
    .addColumn('project_id', 'text', c => c.notNull().references('projects.id').onUpdate('cascade'))
    .addColumn('name', 'text', c => c.notNull())
    .addColumn('cron_schedule', 'text')
    .addColumn('cron_command', 'text')
    .addColumn('cron_args', 'text')
    .addColumn('template_app_id', 'text')
    .addColumn('last_execution_at', 'bigint')
    .addColumn('next_execution_at', 'bigint')
    .addColumn('last_nominal_at', 'bigint')
    .addColumn('status', 'text')
    .addColumn('reason', 'text')
    .addColumn('serving', 'integer')
    .addColumn('spec', 'text', c => c.notNull())
    .addColumn('created_at', 'bigint', c => c.notNull())
    .addColumn('updated_at', 'bigint', c => c.notNull())
    .addUniqueConstraint('applications_name', ['project_id', 'type', 'name'])
    .execute()

  // No reference to applications: those of a cluster are not in this database.
  await db.schema
    .createTable('cronjob_executions')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('application_id', 'text', c => c.notNull())
    .addColumn('job_name', 'text', c => c.notNull())
    .addColumn('scheduled_at', 'bigint')
    .addColumn('started_at', 'bigint', c => c.notNull())
    .addColumn('completed_at', 'bigint')
    .addColumn('status', 'text', c => c.notNull())
    .addColumn('phase', 'text', c => c.notNull())
    .addColumn('reason', 'text')
    .addColumn('cause', 'text')
    .addColumn('exit_code', 'integer')
    .addColumn('trigger', 'text', c => c.notNull())
    .addColumn('retry_of', 'text')
    .addColumn('attempts', 'text', c => c.notNull())
    .addColumn('created_at', 'bigint', c => c.notNull())
    .addUniqueConstraint('cronjob_executions_occurrence', ['application_id', 'scheduled_at'])
    .execute()
  await index(db, 'cronjob_executions', ['application_id', 'started_at', 'id'])
  await index(db, 'cronjob_executions', ['status'])

  await db.schema
    .createTable('decisions')
    .addColumn('application_id', 'text', c => c.notNull())
    .addColumn('scheduled_at', 'bigint', c => c.notNull())
    .addColumn('reason', 'text', c => c.notNull())
    .addColumn('decided_at', 'bigint', c => c.notNull())
    .addPrimaryKeyConstraint('decisions_key', ['application_id', 'scheduled_at'])
    .execute()

  await db.schema
    .createTable('schedule_periods')
    .addColumn('application_id', 'text', c => c.notNull())
    .addColumn('schedule', 'text', c => c.notNull())
    .addColumn('time_zone', 'text')
    .addColumn('suspend', 'integer', c => c.notNull())
    .addColumn('concurrency_policy', 'text', c => c.notNull())
    .addColumn('starting_deadline_seconds', 'bigint')
    .addColumn('anchor', 'bigint', c => c.notNull())
    .addColumn('valid_from', 'bigint', c => c.notNull())
    .addColumn('valid_to', 'bigint')
    .addPrimaryKeyConstraint('schedule_periods_key', ['application_id', 'valid_from'])
    .execute()

  await db.schema
    .createTable('watch_spans')
    .addColumn('boot_id', 'text', c => c.primaryKey())
    .addColumn('started_at', 'bigint', c => c.notNull())
    .addColumn('ended_at', 'bigint', c => c.notNull())
    .execute()

  await db.schema
    .createTable('revisions')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('function_id', 'text', c => c.notNull().references('applications.id').onDelete('cascade'))
    .addColumn('number', 'integer', c => c.notNull())
    .addColumn('spec', 'text', c => c.notNull())
    .addColumn('source_digest', 'text', c => c.notNull())
    .addColumn('status', 'text', c => c.notNull())
    .addColumn('reason', 'text')
    .addColumn('created_at', 'bigint', c => c.notNull())
    .addUniqueConstraint('revisions_number', ['function_id', 'number'])
    .execute()

  await db.schema
    .createTable('invocations')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('function_id', 'text', c => c.notNull())
    .addColumn('revision', 'integer', c => c.notNull())
    .addColumn('started_at', 'bigint', c => c.notNull())
    .addColumn('completed_at', 'bigint')
    .addColumn('outcome', 'text', c => c.notNull())
    .addColumn('status_code', 'integer')
    .addColumn('code', 'text')
    .addColumn('message', 'text')
    .addColumn('source', 'text', c => c.notNull())
    .addColumn('cold_start', 'integer', c => c.notNull())
    .addColumn('request_bytes', 'bigint', c => c.notNull())
    .addColumn('response_bytes', 'bigint')
    .execute()
  await index(db, 'invocations', ['function_id', 'started_at', 'id'])

  await db.schema
    .createTable('audit')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('at', 'bigint', c => c.notNull())
    .addColumn('subject', 'text', c => c.notNull())
    .addColumn('kind', 'text', c => c.notNull())
    .addColumn('action', 'text', c => c.notNull())
    .addColumn('resource', 'text', c => c.notNull())
    .addColumn('result', 'text', c => c.notNull())
    .execute()
  await index(db, 'audit', ['at'])

  await db.schema
    .createTable('settings')
    .addColumn('key', 'text', c => c.primaryKey())
    .addColumn('value', 'text', c => c.notNull())
    .execute()
}

const index = (db: Kysely<unknown>, table: string, columns: string[]) =>
  db.schema
    .createIndex(`${table}_${columns.join('_')}`)
    .on(table)
    .columns(columns)
    .execute()
