import assert from 'node:assert/strict'
import { join } from 'node:path'
import { createChangePublisher } from '../../../src/gateway/domain/changes.ts'
import { createRecentRuns } from '../../../src/gateway/domain/recentRuns.ts'
import { openStore } from '../../../src/gateway/store/openStore.ts'
import { createFakeClock } from '../../support/fakeClock.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { execution } from '../store/records.ts'

describe('createRecentRuns', () => {
  it('answers what the store holds, and what changed since', async () => {
    using folder = temporaryFolder()
    const { executions, ...store } = await openStore(join(folder.path, 'gateway.db'))
    const changes = createChangePublisher()
    const clock = createFakeClock(1_000_000)
    const recent = createRecentRuns(executions, changes, clock)
    const save = async (fields: Parameters<typeof execution>[1]) => {
      const saved = execution('a', fields)
      await executions.save(saved)
      return saved
    }
    const stored = []
    for (let i = 0; i < 7; i++) stored.push(await save({ startedAt: i * 1000, scheduledAt: i * 1000 }))
    const reading = recent.ready()
    const meanwhile = await save({ startedAt: 7000, status: 'running', phase: 'running' })
    changes.publish({ kind: 'execution', execution: meanwhile })
    await reading
    assert.deepEqual(
      recent.of('a').map(run => run.id),
      [meanwhile, ...stored.toReversed()].slice(0, 5).map(run => run.id),
    )
    assert.equal(recent.active('a'), 1)
    assert.deepEqual(recent.of('b'), [])

    const same = recent.of('a')
    await recent.ready()
    assert.ok(recent.of('a') === same, 'the same array while nothing changed')
    changes.publish({ kind: 'execution', execution: { ...meanwhile, status: 'succeeded', phase: 'succeeded' } })
    assert.equal(recent.active('a'), 0)
    assert.deepEqual(
      recent.of('a').map(run => run.status),
      Array(5).fill('succeeded'),
    )

    changes.publish({ kind: 'deleted', what: 'cronJob', id: 'a' })
    assert.deepEqual([recent.of('a').length, recent.active('a')], [0, 0])
    await clock.advanceTo(1_000_000 + 7 * 3600_000)
    await recent.ready()
    assert.equal(recent.of('a').length, 5, 'read again after some hours')
    await store.close()
  })

  it('keeps older runs as long as they are in progress, also those of an earlier gateway', async () => {
    using folder = temporaryFolder()
    const { executions, ...store } = await openStore(join(folder.path, 'gateway.db'))
    const changes = createChangePublisher()
    const recent = createRecentRuns(executions, changes, createFakeClock(1_000_000))
    const old = execution('a', { startedAt: 0, scheduledAt: 0, status: 'running', phase: 'running' })
    await executions.save(old)
    for (let i = 1; i < 7; i++) await executions.save(execution('a', { startedAt: i * 1000, scheduledAt: i * 1000 }))
    await recent.ready()
    assert.deepEqual([recent.of('a').length, recent.of('a').at(-1)?.id], [6, old.id])
    changes.publish({ kind: 'execution', execution: execution('a', { startedAt: 7000, scheduledAt: 7000 }) })
    assert.deepEqual([recent.of('a').length, recent.of('a').at(-1)?.id], [6, old.id])
    changes.publish({ kind: 'execution', execution: { ...old, status: 'failed', phase: 'failed' } })
    assert.deepEqual([recent.of('a').length, recent.of('a').some(({ id }) => id === old.id)], [5, false])
    await store.close()
  })
})
