import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { createWatchedSpans } from '../../../../../src/gateway/providers/kubernetes/runs/watchedSpans.ts'
import { openStore } from '../../../../../src/gateway/store/openStore.ts'
import { createFakeClock, turn } from '../../../../support/fakeClock.ts'
import { temporaryFolder } from '../../../../support/temporaryFolder.ts'

describe('when the runs of a namespace were watched', () => {
  it('is while its cluster was followed, and not while it was away', async () => {
    using folder = temporaryFolder()
    const store = await openStore(join(folder.path, 'gateway.db'))
    const clock = createFakeClock(1_000_000)
    const spans = createWatchedSpans({
      ledger: store.ledger,
      clock,
      newId: randomUUID,
      projectId: 'shop',
      report: error => assert.fail(String(error)),
    })
    const settle = async () => {
      await turn()
      await turn()
    }
    await clock.advanceTo(1_100_000, settle)
    spans.set(true)
    await settle()
    await clock.advanceTo(1_165_000, settle)
    spans.set(false)
    await settle()
    await clock.advanceTo(2_000_000, settle)
    spans.set(true)
    spans.set(true)
    await settle()
    await clock.advanceTo(2_031_000, settle)
    spans[Symbol.dispose]()
    await settle()
    await clock.advanceTo(3_000_000, settle)
    assert.deepEqual(await store.ledger.watchSpans(0, 1e9, ['shop']), [
      { startedAt: 1_100_000, endedAt: 1_160_000 },
      { startedAt: 2_000_000, endedAt: 2_030_000 },
    ])
    assert.deepEqual(await store.ledger.watchSpans(0, 1e9, ['local']), [])
    assert.equal(clock.waiting(), 0)
    await store.close()
  })
})
