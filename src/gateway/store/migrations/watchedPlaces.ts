import type { Kysely } from 'kysely'

/** Which connection or project a gateway was watching, and to which project an application of a cluster belongs. */
export async function watchedPlaces(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('watch_spans')
    // All that was watched before connections existed was this machine.
    .addColumn('place', 'text', c => c.notNull().defaultTo('local'))
    .execute()
  await db.schema
    .createTable('ledger_applications')
    .addColumn('application_id', 'text', c => c.primaryKey())
    .addColumn('project_id', 'text', c => c.notNull())
    .execute()
  await db.schema.createIndex('ledger_applications_project_id').on('ledger_applications').column('project_id').execute()
}
