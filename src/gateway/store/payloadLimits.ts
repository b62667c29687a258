import { sql, type Transaction } from 'kysely'
import type { Schema } from './schema.ts'

/** Answers that are kept of one function: so many, and so many bytes of them. */
const keptResults = 1000
const keptResultBytes = 64 * 1024 * 1024

/** Removes the oldest answers of a function beyond what is kept. */
export async function trimResults(transaction: Transaction<Schema>, functionId: string): Promise<void> {
  const counted = transaction
    .selectFrom('invocation_results')
    .select([
      'invocation_id',
      sql<number>`row_number() over (order by at desc, invocation_id desc)`.as('place'),
      sql<number>`sum(case when body is null then 0 else bytes end) over (order by at desc, invocation_id desc)`.as(
        'bytes_so_far',
      ),
    ])
    .where('function_id', '=', functionId)
    .as('counted')
  const surplus = transaction
    .selectFrom(counted)
    .select('invocation_id')
    .where(eb => eb.or([eb('place', '>', keptResults), eb('bytes_so_far', '>', keptResultBytes)]))
  await transaction.deleteFrom('invocation_results').where('invocation_id', 'in', surplus).execute()
}
