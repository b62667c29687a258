import type { Kysely } from 'kysely'

/** The index of calls says which were waited for, so that the oldest of either kind are found in it alone. */
export async function invocationsByKind(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropIndex('invocations_function_id_started_at_id').execute()
  await db.schema
    .createIndex('invocations_function_id_started_at_id_is_async')
    .on('invocations')
    .columns(['function_id', 'started_at', 'id', 'is_async'])
    .execute()
}
