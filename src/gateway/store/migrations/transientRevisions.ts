import type { Kysely } from 'kysely'

/** Revisions that are forgotten when a newer one takes their place. */
export async function transientRevisions(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('revisions')
    .addColumn('transient', 'integer', c => c.notNull().defaultTo(0))
    .execute()
}
