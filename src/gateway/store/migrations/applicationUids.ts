import type { Kysely } from 'kysely'

/** By which object of a cluster an application is known, whatever its labels come to say. */
export async function applicationUids(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('ledger_applications').addColumn('uid', 'text').execute()
}
