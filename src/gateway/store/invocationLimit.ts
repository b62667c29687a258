import type { Transaction } from 'kysely'
import type { Schema } from './schema.ts'

/** Records that are kept of one function, of calls that were waited for and of others: about 3 MB each. */
export const keptInvocations = 10_000
/** So many more may be there before they are looked for: a cost of microseconds a call. */
const trimEvery = 250

/** Keeps a busy function from filling the disk. */
export interface InvocationLimit {
  /** A call of the function has ended. */
  count(functionId: string): void
  /** Removes the oldest records of functions that were busy. */
  apply(transaction: Transaction<Schema>): Promise<void>
}

/** Counts from now on; what was there before is seen when a function is next looked at. */
export function createInvocationLimit(): InvocationLimit {
  const counts = new Map<string, number>()
  const due = new Set<string>()
  return {
    count: functionId => {
      const count = (counts.get(functionId) ?? 0) + 1
      counts.set(functionId, count % trimEvery)
      if (count === trimEvery) due.add(functionId)
    },
    apply: async transaction => {
      for (const functionId of due) {
        // Apart, or the calls that others wait for would push out those whose answer is still to be fetched.
        for (const isAsync of [0, 1]) await trim(transaction, functionId, isAsync)
      }
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
