import type { Transaction } from 'kysely'
import type { InvocationRecord } from '../domain/function.ts'
import type { Schema } from './schema.ts'

/** Records that are kept of one function, of calls that were waited for and of others: about 3 MB each. */
export const keptInvocations = 10_000
/** So many more may be there before they are looked for: looking takes a millisecond or two. */
export const trimEvery = 1000

/** What is counted of a call: those that are waited for and others are counted apart. */
export type CountedCall = Pick<InvocationRecord, 'functionId' | 'async'>

/** Keeps a busy function from filling the disk. */
export interface InvocationLimit {
  /** A call has ended. */
  count(call: CountedCall): void
  /** Removes the oldest records of functions that were busy. */
  apply(transaction: Transaction<Schema>): Promise<void>
}

/** Counts from now on; what was there before is seen when a function is next looked at. */
export function createInvocationLimit(): InvocationLimit {
  const counts = new Map<string, number>()
  const due = new Map<string, CountedCall>()
  return {
    count: ({ functionId, async }) => {
      const key = `${functionId} ${async}`
      const count = (counts.get(key) ?? 0) + 1
      counts.set(key, count % trimEvery)
      if (count === trimEvery) due.set(key, { functionId, async })
    },
    apply: async transaction => {
      // Apart, or the calls that others wait for would push out those whose answer is still to be fetched.
      for (const { functionId, async } of due.values()) await trim(transaction, functionId, async ? 1 : 0)
      due.clear()
    },
  }
}

async function trim(transaction: Transaction<Schema>, functionId: string, isAsync: number): Promise<void> {
  const last = transaction
    .selectFrom('invocations')
    .select('started_at')
    .where('function_id', '=', functionId)
    .where('is_async', '=', isAsync)
    .orderBy('started_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .offset(keptInvocations)
  await transaction
    .deleteFrom('invocations')
    .where('function_id', '=', functionId)
    .where('is_async', '=', isAsync)
    .where('outcome', '<>', 'running')
    .where('started_at', '<', last)
    .execute()
}
