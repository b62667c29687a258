import assert from 'node:assert/strict'
import { join } from 'node:path'
import fc from 'fast-check'
import type { Execution } from '../../../src/gateway/domain/cronJob.ts'
import { openStore, type Store } from '../../../src/gateway/store/openStore.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { cronJob, execution, project } from './records.ts'

describe('the execution store', () => {
  let folder: ReturnType<typeof temporaryFolder>
  let store: Store
  beforeEach(async () => {
    folder = temporaryFolder()
    store = await openStore(join(folder.path, 'gateway.db'))
  })
  afterEach(async () => {
    await store.close()
    folder[Symbol.dispose]()
  })

  it('gives back each field, and leaves out those that are absent', async () => {
    const bare = execution('a')
    const full = execution('a', {
      scheduledAt: 60_000,
      completedAt: 61_500,
      status: 'failed',
      phase: 'failed',
      reason: 'BackoffLimitExceeded',
      cause: 'exit code 3',
      exitCode: 3,
      trigger: 'retry',
      retryOf: bare.id,
      changes: { args: ['--full'], environment: { LEVEL: 'debug' }, image: 'job:2' },
      attempts: [{ number: 1, startedAt: 60_000, signal: 'SIGKILL' }],
    })
    await store.executions.save(bare)
    await store.executions.save(full)
    assert.deepEqual(await store.executions.get(bare.id), bare)
    assert.deepEqual(await store.executions.get(full.id), full)
    assert.equal(await store.executions.get('none'), undefined)
  })

  it('keeps what the cluster tells as well, and refuses it as a second run of a moment too', async () => {
    const told = execution('a', { scheduledAt: 60_000 })
    await store.executions.save(told, { isTold: true })
    await store.close()
    store = await openStore(join(folder.path, 'gateway.db'))
    assert.deepEqual(await store.executions.get(told.id), told)
    const second = execution('a', { scheduledAt: 60_000 })
    await assert.rejects(store.executions.save(second, { isTold: true }), { code: 'CONFLICT' })
  })

  it('refuses a second run of one occurrence, but not a second manual run', async () => {
    const first = execution('a', { scheduledAt: 60_000 })
    await store.executions.save(first)
    await assert.rejects(store.executions.save(execution('a', { scheduledAt: 60_000 })), {
      name: 'HksError',
      code: 'CONFLICT',
      message: 'A run of "a" for 1970-01-01T00:01:00.000Z exists already.',
    })
    await store.executions.save(execution('b', { scheduledAt: 60_000 }))
    await store.executions.save(execution('a', { trigger: 'manual' }))
    await store.executions.save(execution('a', { trigger: 'manual' }))
    assert.equal((await store.executions.list({ applicationId: 'a', limit: 10 })).length, 3)
  })

  it('keeps the time of the last run on the row of its CronJob', async () => {
    const shop = project()
    const job = cronJob(shop.id)
    await store.projects.insert(shop)
    await store.cronJobs.insert(job)
    await store.executions.save(execution(job.id, { startedAt: 500 }))
    await store.executions.save(execution(job.id, { startedAt: 300 }))
    await store.close()
    const { DatabaseSync } = await import('node:sqlite')
    using database = new DatabaseSync(join(folder.path, 'gateway.db'))
    const row = database.prepare('select type, name, cron_schedule, last_execution_at from applications').get()
    assert.deepEqual(
      { ...row },
      {
        type: 'cronjob',
        name: 'backup',
        cron_schedule: '0 2 * * *',
        last_execution_at: 500,
      },
    )
  })

  it('knows the last nominal time of a CronJob, however many manual runs followed', async () => {
    const shop = project()
    const [often, never] = [cronJob(shop.id, { name: 'often' }), cronJob(shop.id, { name: 'never' })]
    await store.projects.insert(shop)
    for (const job of [often, never]) await store.cronJobs.insert(job)
    for (const scheduledAt of [60_000, 180_000, 120_000])
      await store.executions.save(execution(often.id, { scheduledAt }))
    for (const id of Array(6).fill(often.id))
      await store.executions.save(execution(id as string, { trigger: 'manual' }))
    const last = await store.executions.lastScheduled()
    assert.deepEqual([last.get(often.id), last.has(never.id)], [180_000, false])
  })

  it('answers each question as a list in memory would', async () => {
    const runs = fc.array(
      fc.record({
        id: fc.integer({ min: 0, max: 30 }),
        applicationId: fc.constantFrom('a', 'b', 'c'),
        startedAt: fc.integer({ min: 0, max: 40 }),
        scheduledAt: fc.option(fc.integer({ min: 0, max: 1000 }), { nil: undefined }),
        status: fc.constantFrom('running' as const, 'succeeded' as const, 'failed' as const),
      }),
      { maxLength: 40 },
    )
    await fc.assert(
      fc.asyncProperty(
        runs,
        fc.integer({ min: 1, max: 6 }),
        fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 40 })),
        async (drafts, count, [from, to]) => {
          for (const app of ['a', 'b', 'c']) await store.ledger.removeApplication(app)
          const model = new Map<string, Execution>()
          for (const [at, { id: n, scheduledAt, ...fields }] of drafts.entries()) {
            const id = `${fields.applicationId}${String(n).padStart(2, '0')}`
            // Distinct nominal times: what their uniqueness means is another test.
            const nominal = scheduledAt === undefined ? {} : { scheduledAt: scheduledAt * 100 + at }
            const run = execution(fields.applicationId, { ...fields, id, ...nominal })
            model.set(id, run)
            await store.executions.save(run)
          }
          await check(store, [...model.values()].sort(newestFirst), count, from, to)
        },
      ),
      { numRuns: 25 },
    )
  }).timeout(60_000)
})

const newestFirst = (x: Execution, y: Execution) => y.startedAt - x.startedAt || (x.id < y.id ? 1 : -1)

async function check(store: Store, all: readonly Execution[], count: number, from: number, to: number): Promise<void> {
  const { executions } = store
  const recent = await executions.recent(count)
  for (const applicationId of ['a', 'b', 'c']) {
    const own = all.filter(run => run.applicationId === applicationId)
    assert.deepEqual(recent.get(applicationId) ?? [], own.slice(0, count))
    assert.deepEqual((await executions.recent(count, [applicationId])).get(applicationId) ?? [], own.slice(0, count))
    assert.deepEqual(
      await executions.list({ applicationId, limit: 50, status: 'failed' }),
      own.filter(run => run.status === 'failed'),
    )
    const paged: Execution[] = []
    for (;;) {
      const last = paged.at(-1)
      const page = await executions.list({ applicationId, limit: count, ...(last ? { after: last } : {}) })
      if (page.length === 0) break
      paged.push(...page)
    }
    assert.deepEqual(paged, own)
    assert.deepEqual(
      await executions.between(applicationId, from, to),
      own.filter(run => {
        const at = run.scheduledAt ?? run.startedAt
        return at >= from && at <= to
      }),
    )
  }
  const running = new Set((await executions.running()).map(run => run.id))
  assert.deepEqual(running, new Set(all.filter(run => run.status === 'running').map(run => run.id)))
}
