import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { SchedulePeriod } from '../../../src/gateway/domain/cronJob.ts'
import { openStore, type Store } from '../../../src/gateway/store/openStore.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { execution } from './records.ts'

const period = (fields: Partial<SchedulePeriod> = {}): SchedulePeriod => ({
  applicationId: 'a',
  schedule: '* * * * *',
  suspend: false,
  concurrencyPolicy: 'Forbid',
  anchor: 0,
  validFrom: 0,
  ...fields,
})

describe('the ledger store', () => {
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

  it('closes the present period where the next one begins', async () => {
    await store.ledger.savePeriod(period())
    await store.ledger.savePeriod(period({ applicationId: 'b' }))
    const next = period({ schedule: '@daily', timeZone: 'Europe/Berlin', startingDeadlineSeconds: 30, validFrom: 100 })
    await store.ledger.savePeriod(next)
    assert.deepEqual(await store.ledger.periods('a'), [period({ validTo: 100 }), next])
    assert.deepEqual(await store.ledger.periods('b'), [period({ applicationId: 'b' })])
  })

  it('keeps the later of two changes of one millisecond', async () => {
    await store.ledger.savePeriod(period({ validFrom: 50 }))
    await store.ledger.savePeriod(period({ validFrom: 50, suspend: true }))
    assert.deepEqual(await store.ledger.periods('a'), [period({ validFrom: 50, suspend: true })])
  })

  it('keeps one decision for each occurrence, the last one', async () => {
    const skipped = { applicationId: 'a', scheduledAt: 60, reason: 'concurrency', decidedAt: 61 } as const
    await store.ledger.saveDecision({ ...skipped, reason: 'deadline' })
    await store.ledger.saveDecision(skipped)
    await store.ledger.saveDecision({ ...skipped, scheduledAt: 120 })
    assert.deepEqual(await store.ledger.decisions('a', 0, 119), [skipped])
    assert.equal((await store.ledger.decisions('a', 60, 120)).length, 2)
  })

  it('moves the end of a span with each heartbeat, never back', async () => {
    await store.ledger.heartbeat('one', 10, 'local')
    await store.ledger.heartbeat('one', 30, 'local')
    await store.ledger.heartbeat('one', 20, 'local')
    await store.ledger.heartbeat('two', 50, 'local')
    assert.deepEqual(await store.ledger.watchSpans(0, 100, ['local']), [
      { startedAt: 10, endedAt: 30 },
      { startedAt: 50, endedAt: 50 },
    ])
    assert.deepEqual(await store.ledger.watchSpans(25, 40, ['local']), [{ startedAt: 10, endedAt: 30 }])
    assert.deepEqual(await store.ledger.watchSpans(31, 49, ['local']), [])
  })

  it('keeps the spans of each place apart', async () => {
    await store.ledger.heartbeat('one', 10, 'local')
    await store.ledger.heartbeat('two', 20, 'cluster')
    assert.deepEqual(await store.ledger.watchSpans(0, 100, ['cluster', 'namespace']), [{ startedAt: 20, endedAt: 20 }])
    assert.deepEqual(await store.ledger.watchSpans(0, 100, ['elsewhere']), [])
    assert.equal((await store.ledger.watchSpans(0, 100, ['local', 'cluster'])).length, 2)
  })

  it('remembers the applications of a project until they are removed', async () => {
    await store.ledger.saveApplication('a', 'shop')
    await store.ledger.saveApplication('b', 'shop')
    await store.ledger.saveApplication('c', 'other')
    await store.ledger.saveApplication('a', 'shop')
    assert.deepEqual(await store.ledger.applications('shop'), ['a', 'b'])
    await store.ledger.removeApplication('a')
    assert.deepEqual(await store.ledger.applications('shop'), ['b'])
    const homes = await Promise.all(['a', 'b', 'c'].map(id => store.ledger.projectOf(id)))
    assert.deepEqual(homes, [undefined, 'shop', 'other'])
  })

  it('remembers which objects the applications of a project are, until they are removed', async () => {
    await store.ledger.saveApplication('a', 'shop', 'uid-a')
    await store.ledger.saveApplication('a', 'shop')
    await store.ledger.saveApplication('b', 'shop')
    await store.ledger.saveApplication('b', 'shop', 'uid-b')
    await store.ledger.saveApplication('c', 'other', 'uid-c')
    await store.ledger.saveApplication('fn', 'shop')
    const known = async (project: string) => [...(await store.ledger.applicationsByUid(project))].sort()
    assert.deepEqual(await known('shop'), [
      ['uid-a', 'a'],
      ['uid-b', 'b'],
    ])
    await store.ledger.removeApplication('a')
    assert.deepEqual([await known('shop'), await known('other')], [[['uid-b', 'b']], [['uid-c', 'c']]])
  })

  it('forgets all of one application and nothing of another', async () => {
    for (const applicationId of ['a', 'b']) {
      await store.executions.save(execution(applicationId))
      await store.ledger.savePeriod(period({ applicationId }))
      await store.ledger.saveDecision({ applicationId, scheduledAt: 1, reason: 'suspended', decidedAt: 1 })
    }
    await store.ledger.removeApplication('a')
    const left = async (id: string) => [
      (await store.executions.list({ applicationId: id, limit: 9 })).length,
      (await store.ledger.periods(id)).length,
      (await store.ledger.decisions(id, 0, 9)).length,
    ]
    assert.deepEqual(await left('a'), [0, 0, 0])
    assert.deepEqual(await left('b'), [1, 1, 1])
  })
})
