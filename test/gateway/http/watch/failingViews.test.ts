import assert from 'node:assert/strict'
import type { WatchMessage } from '../../../../src/contract/watch.ts'
import { createCallSummaries } from '../../../../src/gateway/domain/callSummaries.ts'
import { createLongCalls } from '../../../../src/gateway/domain/longCalls.ts'
import { createProviderSet } from '../../../../src/gateway/domain/providerSet.ts'
import { createWatchHub } from '../../../../src/gateway/http/watch/watchHub.ts'
import { eventually } from '../../../support/eventually.ts'
import { createFakeClock } from '../../../support/fakeClock.ts'
import { openLocal } from '../../providers/local/localGateway.ts'

describe('a watch while the ledger can not be read', () => {
  it('reports why, and gives everyone a new snapshot in place of the change', async () => {
    const clock = createFakeClock('2026-03-02T10:00:30Z')
    const local = await openLocal(clock)
    const reported: unknown[] = []
    const messages: WatchMessage[] = []
    const failure = new Error('unreadable')
    const views = { view: () => Promise.reject(failure), views: () => Promise.resolve([]) }
    const providers = createProviderSet([local.provider])
    const invocations = { list: () => Promise.resolve([]), counts: () => Promise.resolve([]) }
    const report = (error: unknown) => void reported.push(error)
    using summaries = createCallSummaries({ providers, invocations, clock, report })
    using hub = createWatchHub({
      providers,
      connections: () => [],
      bootId: 'boot',
      cronJobs: views,
      calls: createLongCalls(clock),
      summaries,
      report,
    })
    using _watching = await hub.subscribe({
      cursor: undefined,
      projects: 'all',
      send: message => void messages.push(message),
      lost: assert.ifError,
    })
    await local.create({ schedule: '*/5 * * * *' })
    await eventually(() =>
      assert.deepEqual(
        messages.map(message => message.type),
        ['snapshot', 'snapshot'],
      ),
    )
    assert.deepEqual(reported, [failure])
    await local.close()
  })
})
