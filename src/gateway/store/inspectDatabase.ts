import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { HksError } from '../../contract/errors.ts'
import { corrupt, saysCorrupt, translateSqlite } from './storeError.ts'

/** Larger databases would hold up the start; SQLite still finds damage in a page when it reads that page. */
const checkedBytes = 64 * 1024 * 1024

/**
 * Looks at a database through a read-only handle before anything may write to it.
 * @throws HksError STORE_CORRUPT, STORE_NEWER, STORE_FAILED
 */
export function inspectDatabase(file: string, newestVersion: number): void {
  // A gateway that was killed while it created the file leaves an empty one.
  const bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  if (bytes === 0) return
  try {
    const database = new DatabaseSync(file, { readOnly: true })
    try {
      checkSchema(database, file, newestVersion)
      if (bytes <= checkedBytes) checkPages(database, file)
    } finally {
      database.close()
    }
  } catch (error) {
    throw translateSqlite(error, file)
  }
}

function checkSchema(database: DatabaseSync, file: string, newestVersion: number): void {
  const tables = database.prepare(`select name from sqlite_master where type = 'table'`).all()
  if (tables.length === 0) return
  if (!tables.some(table => table['name'] === 'schema_versions')) {
    throw corrupt(file, 'it holds the tables of another program')
  }
  const version = Number(
    database.prepare('select max(version) as version from schema_versions').get()?.['version'] ?? 0,
  )
  if (version > newestVersion) {
    throw new HksError(
      'STORE_NEWER',
      `The database ${file} was written by a newer version (schema ${version}; this one knows ${newestVersion}).`,
      { details: { file, version, newestVersion }, hint: 'Update Hexabase HKS. The database was left as it is.' },
    )
  }
}

function checkPages(database: DatabaseSync, file: string): void {
  const damage = problemsOf(database)
  if (damage !== undefined) throw corrupt(file, damage)
}

/** The first problem that SQLite's own check finds, if any. */
function problemsOf(database: DatabaseSync): string | undefined {
  try {
    const found = String(Object.values(database.prepare('PRAGMA quick_check(1)').get() ?? {})[0])
    return found === 'ok' ? undefined : found.replaceAll(/\s+/g, ' ').replace(/\.$/, '')
  } catch (error) {
    if (saysCorrupt(error)) return (error as Error).message
    throw error
  }
}
