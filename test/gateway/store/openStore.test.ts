import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import { HksError } from '../../../src/contract/errors.ts'
import { migrate } from '../../../src/gateway/store/migrate.ts'
import { migrations } from '../../../src/gateway/store/migrations/migrations.ts'
import { openStore } from '../../../src/gateway/store/openStore.ts'
import { createSqliteDialect } from '../../../src/gateway/store/sqliteDialect.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { cronJob, execution, invocation, project } from './records.ts'

/** Opens a database that must be refused; the file must be the same afterwards. */
async function refusal(file: string): Promise<HksError> {
  const before = readFileSync(file)
  const error = await openStore(file).then(
    () => assert.fail('the store opened'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof HksError, String(error))
  assert.ok(readFileSync(file).equals(before), 'the file was changed')
  assert.ok(error.message.includes(file), error.message)
  assert.ok(error.hint, 'a hint says what to do')
  return error
}

function edit(file: string, ...statements: string[]): void {
  const database = new DatabaseSync(file)
  for (const statement of statements) database.exec(statement)
  database.close()
}

describe('openStore', () => {
  it('creates a database that only its user may read, and finds its rows again', async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'data', 'gateway.db')
    const shop = project()
    const first = await openStore(file)
    await first.projects.insert(shop)
    await first.settings.set('keepRunning', 'always')
    await first.settings.set('keepRunning', 'whileOpen')
    await first.close()
    assert.equal(statSync(file).mode & 0o777, 0o600)

    const second = await openStore(file)
    assert.deepEqual(await second.projects.list('local'), [shop])
    assert.equal(await second.settings.get('keepRunning'), 'whileOpen')
    assert.equal(await second.settings.get('other'), undefined)
    await second.close()
    await second.close()
  })

  it('takes the empty file that a gateway leaves which was killed while it created it', async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'gateway.db')
    writeFileSync(file, '')
    const store = await openStore(file)
    assert.deepEqual(await store.projects.list('local'), [])
    await store.close()
  })

  it('refuses a file that is no database', async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'gateway.db')
    writeFileSync(file, 'These are notes, and not a database at all.\n'.repeat(100))
    assert.equal((await refusal(file)).code, 'STORE_CORRUPT')
  })

  it('refuses a database with a damaged page', async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'gateway.db')
    const store = await openStore(file)
    const shop = project()
    await store.projects.insert(shop)
    for (let at = 0; at < 100; at++) await store.cronJobs.insert(cronJob(shop.id, { name: `job-${at}` }))
    await store.close()
    const bytes = readFileSync(file)
    const page = bytes.readUInt16BE(16)
    bytes.fill(0xa5, 3 * page, 20 * page)
    writeFileSync(file, bytes)
    assert.equal((await refusal(file)).code, 'STORE_CORRUPT')
  })

  it('refuses the database of another program', async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'gateway.db')
    edit(file, 'create table songs (title text)')
    const error = await refusal(file)
    assert.equal(error.code, 'STORE_CORRUPT')
    assert.match(error.message, /another program/)
  })

  it('refuses a database that a newer version wrote', async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'gateway.db')
    await (await openStore(file)).close()
    edit(file, `insert into schema_versions (version, name) values (999, 'later')`)
    const error = await refusal(file)
    assert.equal(error.code, 'STORE_NEWER')
    assert.equal(error.details?.['version'], 999)
  })

  it('translates what the database refuses, with the cause kept', async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'gateway.db')
    const store = await openStore(file)
    edit(file, 'drop table settings')
    await assert.rejects(store.settings.get('a'), (error: unknown) => {
      assert.ok(error instanceof HksError)
      assert.equal(error.code, 'STORE_FAILED')
      assert.ok(error.cause instanceof Error)
      return true
    })
    await store.close()
  })

  it('brings the records of calls of an older database up to date', async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'gateway.db')
    const db = new Kysely<unknown>({ dialect: createSqliteDialect(file) })
    await migrate(db, migrations.slice(0, 1))
    await db.destroy()
    edit(
      file,
      `insert into invocations (id, function_id, revision, started_at, outcome, source, cold_start, request_bytes)
       values ('old', 'f', 1, 5, 'succeeded', 'url', 0, 3)`,
    )
    const store = await openStore(file)
    const old = await store.invocations.get('old')
    assert.deepEqual([old?.queueMs, old?.sandbox, old?.async, old?.requestBytes], [0, 'none', false, 3])
    await store.close()
  })

  it('counts the spans of an older database as those of this machine', async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'gateway.db')
    const db = new Kysely<unknown>({ dialect: createSqliteDialect(file) })
    await migrate(db, migrations.slice(0, 4))
    await db.destroy()
    edit(file, `insert into watch_spans (boot_id, started_at, ended_at) values ('old', 5, 9)`)
    const store = await openStore(file)
    assert.deepEqual(await store.ledger.watchSpans(0, 100, ['local']), [{ startedAt: 5, endedAt: 9 }])
    await store.close()
  })

  it('keeps whose the applications of an older database are, and learns which objects they are', async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'gateway.db')
    const db = new Kysely<unknown>({ dialect: createSqliteDialect(file) })
    await migrate(db, migrations.slice(0, 7))
    await db.destroy()
    edit(file, `insert into ledger_applications (application_id, project_id) values ('app', 'shop')`)
    const store = await openStore(file)
    assert.equal(await store.ledger.projectOf('app'), 'shop')
    assert.deepEqual(await store.ledger.applicationsByUid('shop'), new Map())
    await store.ledger.saveApplication('app', 'shop', 'uid')
    assert.deepEqual(await store.ledger.applicationsByUid('shop'), new Map([['uid', 'app']]))
    await store.close()
  })

  it('forgets what ended before a time, and keeps what still goes on', async () => {
    using folder = temporaryFolder()
    const store = await openStore(join(folder.path, 'gateway.db'))
    const old = execution('a', { scheduledAt: 1, completedAt: 5 })
    const going = execution('a', { scheduledAt: 2, status: 'running', phase: 'running' })
    const late = execution('a', { scheduledAt: 3, completedAt: 50 })
    for (const run of [old, going, late]) await store.executions.save(run)
    await store.invocations.save(invocation('f', { startedAt: 5 }))
    await store.ledger.saveDecision({ applicationId: 'a', scheduledAt: 4, reason: 'deadline', decidedAt: 4 })
    await store.ledger.heartbeat('boot', 5, 'local')
    await store.audit.write({ at: 5, subject: 's', kind: 'user', action: 'a', resource: 'r', result: 'ok' })
    await store.retain(10, 60)
    const left = await store.executions.list({ applicationId: 'a', limit: 10 })
    assert.deepEqual(new Set(left.map(run => run.id)), new Set([going.id, late.id]))
    assert.deepEqual(await store.invocations.list('f', { limit: 10 }), [])
    assert.deepEqual(await store.ledger.decisions('a', 0, 100), [])
    assert.deepEqual(await store.ledger.watchSpans(0, 100, ['local']), [])
    await store.close()
  })
})

describe('migrate', () => {
  it('applies a step whole or not at all', async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'x.db')
    const db = new Kysely<unknown>({ dialect: createSqliteDialect(file) })
    const create = (table: string, fails: Error | undefined) => ({
      name: table,
      up: async (step: Kysely<unknown>) => {
        await step.schema.createTable(table).addColumn('id', 'integer').execute()
        if (fails) throw fails
      },
    })
    const good = create('good', undefined)
    await assert.rejects(migrate(db, [good, create('bad', new Error('stop'))]), /stop/)
    assert.deepEqual(await tables(db), ['good', 'schema_versions'])
    await migrate(db, [good, create('bad', undefined)])
    assert.deepEqual(await tables(db), ['bad', 'good', 'schema_versions'])
    await db.destroy()
  })
})

const tables = async (db: Kysely<unknown>): Promise<string[]> =>
  (await db.introspection.getTables()).map(table => table.name).sort()
