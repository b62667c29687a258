import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** SQLite's result codes for a lock that someone else holds, for damaged files and for a full disk (sqlite.org/rescode.html). */
const sqlite = { busy: 5, corrupt: 11, full: 13, notADatabase: 26 } as const

/** The sole ownership of a data folder. It ends with the process, however that ends. */
export interface Ownership {
  /** Writes `gateway.json` (0600): readers see the old or the new one, never a part. */
  publish(content: Readonly<Record<string, unknown>>): void
  /** Takes `gateway.json` away, then lets go. Idempotent. */
  release(): void
}

/** The lock file cannot be locked: it is damaged, its disk is full, or the file system refuses. */
export class UnusableLock extends Error {
  override readonly name = 'UnusableLock'
  readonly file: string
  readonly isDamaged: boolean
  readonly isFull: boolean

  constructor(file: string, cause: Error & { readonly errcode?: number }) {
    super(cause.message, { cause })
    this.file = file
    this.isDamaged = cause.errcode === sqlite.corrupt || cause.errcode === sqlite.notADatabase
    this.isFull = cause.errcode === sqlite.full
  }
}

/**
 * Takes the ownership of a data folder. The lock is an exclusive transaction on a SQLite file that holds nothing: the
 * kernel lets go of it with the process, so it can't be stale and nobody has to steal it.
 * @throws Error with `code` `OWNED` when another process has it, and {@link UnusableLock}
 */
export function takeOwnership(folder: string): Ownership {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const lock = lockFile(join(folder, 'gateway.lock.db'))
  const file = join(folder, 'gateway.json')
  let held = true
  return {
    publish: content => {
      const part = `${file}.${process.pid}.part`
      const handle = openSync(part, 'w', 0o600)
      try {
        writeSync(handle, `${JSON.stringify(content, null, 2)}\n`)
        fsyncSync(handle)
      } finally {
        closeSync(handle)
      }
      renameSync(part, file)
    },
    release: () => {
      if (!held) return
      held = false
      rmSync(file, { force: true })
      lock.close()
    },
  }
}

function lockFile(file: string): DatabaseSync {
  createPrivately(file)
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(file, { timeout: 0 })
    database.exec('BEGIN EXCLUSIVE')
    return database
  } catch (error) {
    database?.close()
    if ((error as { errcode?: number }).errcode !== sqlite.busy) throw new UnusableLock(file, error as Error)
    throw Object.assign(new Error(`Another process owns ${file}.`, { cause: error }), { code: 'OWNED' })
  }
}

/** Only a file that is not there is opened: closing a second handle would drop a lock that this process has (fcntl(2)). */
function createPrivately(file: string): void {
  try {
    closeSync(openSync(file, 'ax', 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
