import type { Kysely } from 'kysely'
import type { Schema } from './schema.ts'

/**
 * Removes what ended before `at` and what has expired at `now` (epoch milliseconds), table by table. A run that is still
 * going stays, however old it is.
 */
export async function removeOlderThan(db: Kysely<Schema>, at: number, now: number): Promise<void> {
  await db.transaction().execute(async transaction => {
    await transaction.deleteFrom('cronjob_executions').where('completed_at', '<', at).execute()
    await transaction.deleteFrom('decisions').where('scheduled_at', '<', at).execute()
    await transaction.deleteFrom('schedule_periods').where('valid_to', '<', at).execute()
    await transaction.deleteFrom('watch_spans').where('ended_at', '<', at).execute()
    await transaction.deleteFrom('invocations').where('started_at', '<', at).execute()
    await transaction.deleteFrom('invocation_requests').where('at', '<', at).execute()
    await transaction.deleteFrom('invocation_results').where('expires_at', '<=', now).execute()
    await transaction.deleteFrom('audit').where('at', '<', at).execute()
  })
}
