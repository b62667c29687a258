import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { Kysely } from 'kysely'
import type { LocalState } from '../domain/localState.ts'
import type { AuditStore } from '../domain/auditStore.ts'
import type { ExecutionStore } from '../domain/executionStore.ts'
import type { InvocationStore } from '../domain/invocationStore.ts'
import type { LedgerStore } from '../domain/ledgerStore.ts'
import type { PayloadStore } from '../domain/payloadStore.ts'
import type { ConnectionStore } from '../domain/connection.ts'
import { createAuditStore } from './auditStore.ts'
import { createConnectionStore } from './connectionStore.ts'
import { createExecutionStore } from './executionStore.ts'
import { inspectDatabase } from './inspectDatabase.ts'
import { openInvocationStore } from './invocationStore.ts'
import { createLedgerStore } from './ledgerStore.ts'
import { createLocalApplications } from './localApplications.ts'
import { createLocalCronJobs } from './localCronJobs.ts'
import { createLocalFunctions } from './localFunctions.ts'
import { createProjectStore } from './projectStore.ts'
import { migrate } from './migrate.ts'
import { migrations } from './migrations/migrations.ts'
import { createPayloadStore } from './payloadStore.ts'
import { rememberFunctions } from './rememberedFunctions.ts'
import { removeOlderThan } from './removeOlderThan.ts'
import type { Schema } from './schema.ts'
import { createSettings } from './settings.ts'
import { createSqliteDialect } from './sqliteDialect.ts'

/** The gateway's database, by the roles that it plays. */
export interface Store extends LocalState {
  readonly executions: ExecutionStore
  readonly ledger: LedgerStore
  readonly invocations: InvocationStore
  readonly payloads: PayloadStore
  readonly audit: AuditStore
  readonly connections: ConnectionStore
  /**
   * Forgets what ended before `at`: runs, decisions, old periods, calls, audit rows; and answers that have expired at
   * `now`. Both are epoch milliseconds.
   */
  retain(at: number, now: number): Promise<void>
  /** Waits for writes under way. Idempotent. */
  close(): Promise<void>
}

/**
 * Opens the database in `file`, creating it or bringing its schema up to date. A file that is damaged, not ours or
 * newer is left untouched.
 * @throws HksError STORE_CORRUPT, STORE_NEWER, STORE_FAILED
 */
export async function openStore(file: string): Promise<Store> {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  inspectDatabase(file, migrations.length)
  createPrivately(file)
  const db = new Kysely<Schema>({ dialect: createSqliteDialect(file) })
  const openTables = async () => {
    // A migration may not know the present tables: it runs on those of its own time.
    await migrate(db as unknown as Kysely<unknown>, migrations)
    return openInvocationStore(db, `${file}-calls`)
  }
  const invocations = await openTables().catch(async (error: unknown) => {
    await db.destroy()
    throw error
  })
  const projects = createProjectStore(db)
  const functions = rememberFunctions(createLocalFunctions(db))
  let closed: Promise<void> | undefined
  return {
    executions: createExecutionStore(db),
    ledger: createLedgerStore(db),
    invocations,
    payloads: createPayloadStore(db),
    audit: createAuditStore(db),
    connections: createConnectionStore(db),
    projects: {
      ...projects,
      // Its functions go along.
      rekey: (id, project) => projects.rekey(id, project).finally(functions.forget),
    },
    cronJobs: createLocalCronJobs(db),
    applications: createLocalApplications(db),
    functions,
    settings: createSettings(db),
    retain: async (at, now) => {
      await invocations.moved()
      await removeOlderThan(db, at, now)
    },
    close: () => (closed ??= invocations.close().then(() => db.destroy())),
  }
}

/** SQLite gives the files beside it the same mode. A file that is there is not opened: that could drop a lock on it. */
function createPrivately(file: string): void {
  try {
    closeSync(openSync(file, 'ax', 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
