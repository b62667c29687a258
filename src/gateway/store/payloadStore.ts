import type { Kysely } from 'kysely'
import type { KeptRequest, KeptResult } from '../domain/function.ts'
import type { PayloadStore } from '../domain/payloadStore.ts'
import { fromJson, present } from './columns.ts'
import { trimResults } from './payloadLimits.ts'
import type { Row, Schema } from './schema.ts'
import { withoutFlush } from './sqliteDialect.ts'

/** Requests that are kept of one function. */
const keptRequests = 20
/** So many answers of a function are added before the oldest are looked for: that reads all of them. */
const trimEvery = 20

/** Payloads of calls in tables of their own: records are written far more often, and stay small. */
export function createPayloadStore(db: Kysely<Schema>): PayloadStore {
  const untrimmed = new Map<string, number>()
  return {
    saveRequests: requests =>
      withoutFlush(db, async transaction => {
        for (const request of requests) {
          await transaction
            .insertInto('invocation_requests')
            .values(toRequestRow(request))
            .onConflict(conflict => conflict.column('invocation_id').doNothing())
            .execute()
        }
        for (const functionId of new Set(requests.map(request => request.functionId))) {
          const kept = transaction
            .selectFrom('invocation_requests')
            .select('invocation_id')
            .where('function_id', '=', functionId)
            .orderBy('at', 'desc')
            .orderBy('invocation_id', 'desc')
            .limit(keptRequests)
          await transaction
            .deleteFrom('invocation_requests')
            .where('function_id', '=', functionId)
            .where('invocation_id', 'not in', kept)
            .execute()
        }
      }),
    request: async id => {
      const row = await db
        .selectFrom('invocation_requests')
        .selectAll()
        .where('invocation_id', '=', id)
        .executeTakeFirst()
      return row && toRequest(row)
    },
    saveResult: result =>
      withoutFlush(db, async transaction => {
        await transaction.insertInto('invocation_results').values(toResultRow(result)).execute()
        const { functionId } = result
        const added = (untrimmed.get(functionId) ?? 0) + 1
        untrimmed.set(functionId, added % trimEvery)
        if (added === trimEvery) await trimResults(transaction, functionId)
      }),
    result: async (id, now) => {
      const row = await db
        .selectFrom('invocation_results')
        .selectAll()
        .where('invocation_id', '=', id)
        .where('expires_at', '>', now)
        .executeTakeFirst()
      return row && toResult(row)
    },
  }
}

const toRequestRow = (request: KeptRequest): Row<'invocation_requests'> => ({
  invocation_id: request.invocationId,
  function_id: request.functionId,
  at: request.at,
  headers: JSON.stringify(request.headers),
  body: request.body,
  masked: request.masked ? 1 : 0,
})

const toRequest = (row: Row<'invocation_requests'>): KeptRequest => ({
  invocationId: row.invocation_id,
  functionId: row.function_id,
  at: row.at,
  headers: fromJson<KeptRequest['headers']>(row.headers),
  body: row.body,
  masked: row.masked === 1,
})

const toResultRow = (result: KeptResult): Row<'invocation_results'> => ({
  invocation_id: result.invocationId,
  function_id: result.functionId,
  at: result.at,
  expires_at: result.expiresAt,
  status_code: result.status,
  headers: JSON.stringify(result.headers),
  body: result.body ?? null,
  bytes: result.bytes,
})

const toResult = (row: Row<'invocation_results'>): KeptResult =>
  present({
    invocationId: row.invocation_id,
    functionId: row.function_id,
    at: row.at,
    expiresAt: row.expires_at,
    status: row.status_code,
    headers: fromJson<KeptResult['headers']>(row.headers),
    body: row.body,
    bytes: row.bytes,
  })
