import { type Kysely, sql } from 'kysely'
import { hourMs } from '../domain/callFigures.ts'
import type { InvocationRecord } from '../domain/function.ts'
import type { InvocationStore } from '../domain/invocationStore.ts'
import { present } from './columns.ts'
import { type InvocationIntake, openInvocationIntake } from './invocationIntake.ts'
import { createInvocationLimit } from './invocationLimit.ts'
import { createInvocationWriter } from './invocationWriter.ts'
import type { Row, Schema } from './schema.ts'
import { withoutFlush } from './sqliteDialect.ts'
import { startedBefore } from './startedBefore.ts'

/**
 * Calls in the table `invocations`, to which they come by way of a journal: what is read has been moved there before. A
 * call that was saved outlives the gateway, but not a power cut in the same moment: waiting for the disk would take longer
 * than the call. Its end is `close`.
 */
export async function openInvocationStore(
  db: Kysely<Schema>,
  journalFile: string,
): Promise<InvocationStore & Pick<InvocationIntake, 'moved' | 'close'>> {
  const write = createInvocationWriter(db)
  const limit = createInvocationLimit()
  const intake = await openInvocationIntake(journalFile, records =>
    withoutFlush(db, async transaction => {
      await write(transaction, records.map(toRow))
      for (const record of records) if (record.outcome !== 'running') limit.count(record)
      await limit.apply(transaction)
    }),
  )
  return {
    save: intake.save,
    get: async id => {
      const waiting = intake.waiting(id)
      if (waiting) return waiting
      const row = await db.selectFrom('invocations').selectAll().where('id', '=', id).executeTakeFirst()
      return row && toInvocation(row)
    },
    list: async (functionId, { limit, after, outcome }) => {
      await intake.moved()
      let query = db.selectFrom('invocations').selectAll().where('function_id', '=', functionId)
      if (after) query = query.where(startedBefore(after))
      if (outcome) query = query.where('outcome', '=', outcome)
      const rows = await query.orderBy('started_at', 'desc').orderBy('id', 'desc').limit(limit).execute()
      return rows.map(toInvocation)
    },
    counts: async (functionId, from) => {
      await intake.moved()
      const hour = sql<number>`started_at / ${sql.lit(hourMs)}`
      const milliseconds = sql<number>`completed_at - started_at`
      const rows = await db
        .selectFrom('invocations')
        .select(({ fn }) => [
          hour.as('hour'),
          milliseconds.as('milliseconds'),
          fn.countAll<number>().as('calls'),
          fn.sum<number>(sql`case when outcome = 'failed' then 1 else 0 end`).as('failed'),
        ])
        .where('function_id', '=', functionId)
        .where('started_at', '>=', from)
        .where('completed_at', 'is not', null)
        .groupBy([hour, milliseconds])
        .execute()
      return rows.map(row => ({
        hour: Number(row.hour),
        milliseconds: Number(row.milliseconds),
        calls: Number(row.calls),
        failed: Number(row.failed),
      }))
    },
    removeFunction: async functionId => {
      await intake.refuse(functionId)
      for (const table of ['invocations', 'invocation_requests', 'invocation_results'] as const) {
        await db.deleteFrom(table).where('function_id', '=', functionId).execute()
      }
    },
    endRunning: async at => {
      await intake.moved()
      await db
        .updateTable('invocations')
        .set({
          outcome: 'failed',
          completed_at: at,
          code: 'FUNCTION_CRASHED',
          message: 'The gateway was killed during the call.',
        })
        .where('outcome', '=', 'running')
        .execute()
    },
    moved: intake.moved,
    close: intake.close,
  }
}

const toRow = (record: InvocationRecord): Row<'invocations'> => ({
  id: record.id,
  function_id: record.functionId,
  revision: record.revision,
  started_at: record.startedAt,
  completed_at: record.completedAt ?? null,
  outcome: record.outcome,
  status_code: record.statusCode ?? null,
  code: record.code ?? null,
  message: record.message ?? null,
  source: record.source,
  cold_start: record.coldStart ? 1 : 0,
  request_bytes: record.requestBytes,
  response_bytes: record.responseBytes ?? null,
  queue_ms: record.queueMs,
  sandbox: record.sandbox ?? '',
  is_async: record.async ? 1 : 0,
})

const toInvocation = (row: Row<'invocations'>): InvocationRecord =>
  present({
    id: row.id,
    functionId: row.function_id,
    revision: row.revision,
    startedAt: row.started_at,
    completedAt: row.completed_at,
    outcome: row.outcome,
    statusCode: row.status_code,
    code: row.code,
    message: row.message,
    source: row.source,
    coldStart: row.cold_start === 1,
    requestBytes: row.request_bytes,
    responseBytes: row.response_bytes,
    queueMs: row.queue_ms,
    sandbox: row.sandbox === '' ? null : row.sandbox,
    async: row.is_async === 1,
  })
