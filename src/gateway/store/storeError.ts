import { HksError } from '../../contract/errors.ts'

/** SQLite's result codes that say something to a user (sqlite.org/rescode.html). */
const sqlite = { corrupt: 11, full: 13, notADatabase: 26, foreignKey: 787, primaryKey: 1555, unique: 2067 } as const

/** The fields that node:sqlite puts on its errors. */
interface SqliteError extends Error {
  readonly code: 'ERR_SQLITE_ERROR'
  readonly errcode: number
}

const isSqliteError = (error: unknown): error is SqliteError =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'

/** Whether SQLite says that the file is no database or is damaged. */
export const saysCorrupt = (error: unknown): boolean =>
  isSqliteError(error) && [sqlite.corrupt, sqlite.notADatabase].includes((error.errcode & 0xff) as 11 | 26)

/** The error of a database that is damaged or is not ours; the file is left as it is. */
export const corrupt = (file: string, problem: string, cause?: unknown): HksError =>
  new HksError('STORE_CORRUPT', `The database ${file} cannot be used: ${problem}. It was left as it is.`, {
    details: { file },
    hint: 'Restore it from a backup, or move it away to start with an empty one.',
    ...(cause === undefined ? {} : { cause }),
  })

/** Translates an error of node:sqlite, once; what is no such error passes unchanged. */
export function translateSqlite(error: unknown, file: string): unknown {
  if (!isSqliteError(error)) return error
  if (saysCorrupt(error)) return corrupt(file, error.message, error)
  const options = { details: { file, sqlite: error.errcode }, cause: error }
  switch (error.errcode) {
    case sqlite.unique:
    case sqlite.primaryKey:
      return new HksError('CONFLICT', `This exists already (${error.message}).`, {
        ...options,
        details: { ...options.details, constraint: 'unique' },
      })
    case sqlite.foreignKey:
      return new HksError('CONFLICT', `What this refers to does not exist, or is still in use (${error.message}).`, {
        ...options,
        details: { ...options.details, constraint: 'foreignKey' },
      })
    case sqlite.full:
      return new HksError('STORE_FAILED', `The database ${file} cannot be written: the disk is full.`, {
        ...options,
        hint: 'Free some space, then try again.',
      })
    default:
      return new HksError('STORE_FAILED', `The database ${file} refused an operation: ${error.message}.`, options)
  }
}

/** Awaits a write and gives a broken constraint the sentence that its table knows. */
export async function explaining<T>(
  write: Promise<T>,
  sentences: { readonly unique?: () => HksError; readonly foreignKey?: () => HksError },
): Promise<T> {
  try {
    return await write
  } catch (error) {
    const constraint =
      error instanceof HksError && error.code === 'CONFLICT' ? error.details?.['constraint'] : undefined
    if (constraint === 'unique' && sentences.unique) throw sentences.unique()
    if (constraint === 'foreignKey' && sentences.foreignKey) throw sentences.foreignKey()
    throw error
  }
}
