import type { CompiledQuery, Kysely, Transaction } from 'kysely'
import type { Row, Schema } from './schema.ts'

/** Writes rows, new ones and others, in their order. */
export type InvocationWriter = (transaction: Transaction<Schema>, rows: readonly Row<'invocations'>[]) => Promise<void>

/** So many rows are written by one statement: what surrounds a statement takes longer than a row. Largest first. */
const sizes = [32, 8, 1] as const

/** Statements are built once: that takes longer than the write itself. */
export function createInvocationWriter(db: Kysely<Schema>): InvocationWriter {
  const statements = new Map<number, CompiledQuery>()
  const statementFor = (rows: readonly Row<'invocations'>[]): CompiledQuery => {
    const known = statements.get(rows.length)
    if (known) return known
    const made = upsert(db, rows)
    statements.set(rows.length, made)
    return made
  }
  return async (transaction, rows) => {
    for (let at = 0; at < rows.length; ) {
      const size = sizes.find(each => each <= rows.length - at)!
      const some = rows.slice(at, at + size)
      await transaction.executeQuery({ ...statementFor(some), parameters: some.flatMap(row => Object.values(row)) })
      at += size
    }
  }
}

const upsert = (db: Kysely<Schema>, rows: readonly Row<'invocations'>[]): CompiledQuery =>
  db
    .insertInto('invocations')
    .values(rows)
    .onConflict(conflict =>
      conflict
        .column('id')
        .doUpdateSet(eb =>
          Object.fromEntries(
            (Object.keys(rows[0]!) as (keyof Row<'invocations'>)[]).map(column => [
              column,
              eb.ref(`excluded.${column}`),
            ]),
          ),
        ),
    )
    .compile()
