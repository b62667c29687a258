import type { Kysely } from 'kysely'

/** What a run by hand had instead of what its CronJob says. */
export async function runChanges(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('cronjob_executions').addColumn('changes', 'text').execute()
}
