import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import {
  CompiledQuery,
  type Kysely,
  type SqliteDatabase,
  SqliteDialect,
  type SqliteStatement,
  type Transaction,
} from 'kysely'
import { translateSqlite } from './storeError.ts'

/** More distinct statements than the store has; a bound, since `IN` lists make new ones. */
const cachedStatements = 500

/** Kysely's SQLite dialect over node:sqlite. Errors of SQLite leave it as `HksError`. */
export const createSqliteDialect = (file: string): SqliteDialect =>
  new SqliteDialect({ database: async () => openDatabase(file) })

/**
 * A transaction whose commit does not wait for the disk: it survives the end of this process, and a power cut once a
 * later commit or checkpoint has been flushed. The database stays sound either way.
 */
export const withoutFlush = <S, T>(db: Kysely<S>, work: (transaction: Transaction<S>) => Promise<T>): Promise<T> =>
  db.connection().execute(async connection => {
    await connection.executeQuery(CompiledQuery.raw('PRAGMA synchronous = NORMAL'))
    try {
      return await connection.transaction().execute(work)
    } finally {
      await connection.executeQuery(CompiledQuery.raw('PRAGMA synchronous = FULL'))
    }
  })

const nothing: SqliteStatement = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [][Symbol.iterator](),
}

function openDatabase(file: string): SqliteDatabase {
  const translated = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw translateSqlite(error, file)
    }
  }
  const database = translated(() => new DatabaseSync(file))
  // FULL: a commit that was acknowledged survives a power cut, too.
  const pragmas = ['busy_timeout = 5000', 'journal_mode = WAL', 'synchronous = FULL', 'foreign_keys = ON']
  translated(() => pragmas.forEach(pragma => database.exec(`PRAGMA ${pragma}`)))

  const adapt = (statement: StatementSync): SqliteStatement => ({
    reader: statement.columns().length > 0,
    all: parameters => translated(() => statement.all(...(parameters as SQLInputValue[]))),
    run: parameters => translated(() => statement.run(...(parameters as SQLInputValue[]))),
    iterate: parameters => translated(() => statement.iterate(...(parameters as SQLInputValue[]))),
  })
  const statements = new Map<string, SqliteStatement>()
  return {
    prepare: sql => {
      // On a full disk SQLite has rolled back by itself; what failed is the error to tell.
      if (sql === 'rollback' && !database.isTransaction) return nothing
      const statement = statements.get(sql) ?? translated(() => adapt(database.prepare(sql)))
      statements.delete(sql)
      statements.set(sql, statement)
      const [oldest] = statements.keys()
      if (statements.size > cachedStatements && oldest !== undefined) statements.delete(oldest)
      return statement
    },
    close: () => {
      statements.clear()
      translated(() => database.close())
    },
  }
}
