import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { keepWatchSpans } from '../../../src/gateway/domain/watchKeeper.ts'
import { openStore, type Store } from '../../../src/gateway/store/openStore.ts'
import { createFakeClock, turn } from '../../support/fakeClock.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

describe('keepWatchSpans', () => {
  const withStore = async (body: (store: Store) => Promise<void>) => {
    using folder = temporaryFolder()
    const store = await openStore(join(folder.path, 'gateway.db'))
    await body(store)
    await store.close()
  }
  const keep = (store: Store, clock: ReturnType<typeof createFakeClock>) =>
    keepWatchSpans({
      ledger: store.ledger,
      clock,
      place: 'local',
      newId: randomUUID,
      everySeconds: 30,
      report: error => assert.fail(String(error)),
    })
  const spans = async (store: Store) =>
    (await store.ledger.watchSpans(0, 1e12, ['local'])).map(({ startedAt, endedAt }) => [
      startedAt / 1000,
      endedAt / 1000,
    ])

  it('moves the end of one span with its heartbeats', () =>
    withStore(async store => {
      const clock = createFakeClock(1_000_000)
      const keeper = await keep(store, clock)
      await clock.advanceTo(1_125_000)
      assert.deepEqual(await spans(store), [[1000, 1120]])
      await keeper.beat()
      assert.deepEqual(await spans(store), [[1000, 1125]])
      keeper[Symbol.dispose]()
      await clock.advanceTo(2_000_000)
      assert.deepEqual(await spans(store), [[1000, 1125]])
    }))

  it('begins another span after a jump of the clock, forward or back', () =>
    withStore(async store => {
      const clock = createFakeClock(1_000_000)
      using keeper = await keep(store, clock)
      await clock.advanceTo(1_060_000)
      keeper.jumped()
      await clock.jumpTo(5_000_000)
      await clock.advanceTo(5_031_000)
      await clock.jumpTo(3_000_000)
      keeper.jumped()
      await turn()
      await clock.advanceTo(3_030_000)
      const all = await spans(store)
      assert.ok(all.some(([from, to]) => from === 1000 && to === 1060))
      assert.ok(all.some(([from, to]) => from === 5000 && to === 5030))
      assert.ok(all.some(([from, to]) => from === 3000 && to === 3030))
      assert.ok(
        all.every(([from, to]) => to! - from! <= 60),
        'no span covers a jump',
      )
    }))
})
