import type { Kysely } from 'kysely'

/** What is known of a call besides its record: how it was served, what it was sent, what nobody waited for. */
export async function callDetails(db: Kysely<unknown>): Promise<void> {
  const invocations = () => db.schema.alterTable('invocations')
  await invocations()
    .addColumn('queue_ms', 'bigint', c => c.notNull().defaultTo(0))
    .execute()
  await invocations()
    .addColumn('sandbox', 'text', c => c.notNull().defaultTo('none'))
    .execute()
  await invocations()
    .addColumn('is_async', 'integer', c => c.notNull().defaultTo(0))
    .execute()

  await db.schema
    .createTable('invocation_requests')
    .addColumn('invocation_id', 'text', c => c.primaryKey())
    .addColumn('function_id', 'text', c => c.notNull())
    .addColumn('at', 'bigint', c => c.notNull())
    .addColumn('headers', 'text', c => c.notNull())
    .addColumn('body', 'blob', c => c.notNull())
    .addColumn('masked', 'integer', c => c.notNull())
    .execute()
  await db.schema
    .createTable('invocation_results')
    .addColumn('invocation_id', 'text', c => c.primaryKey())
    .addColumn('function_id', 'text', c => c.notNull())
    .addColumn('at', 'bigint', c => c.notNull())
    .addColumn('expires_at', 'bigint', c => c.notNull())
    .addColumn('status_code', 'integer', c => c.notNull())
    .addColumn('headers', 'text', c => c.notNull())
    .addColumn('bytes', 'bigint', c => c.notNull())
    // Last: what stands behind a large value is slow to read.
    .addColumn('body', 'blob')
    .execute()
  for (const table of ['invocation_requests', 'invocation_results']) {
    await db.schema
      .createIndex(`${table}_function_id_at`)
      .on(table)
      .columns(['function_id', 'at', 'invocation_id'])
      .execute()
  }
}
