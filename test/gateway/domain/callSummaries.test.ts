import assert from 'node:assert/strict'
import { type CallSummary, createCallSummaries } from '../../../src/gateway/domain/callSummaries.ts'
import { createChangePublisher } from '../../../src/gateway/domain/changes.ts'
import type { InvocationRecord } from '../../../src/gateway/domain/function.ts'
import type { InvocationStore } from '../../../src/gateway/domain/invocationStore.ts'
import type { Provider } from '../../../src/gateway/domain/ports.ts'
import { createFakeClock } from '../../support/fakeClock.ts'
import { createProviderSet } from '../../../src/gateway/domain/providerSet.ts'

const hourMs = 3_600_000

describe('the summaries of calls', () => {
  const open = () => {
    const clock = createFakeClock(hourMs * 100)
    const stored: InvocationRecord[] = []
    const publisher = createChangePublisher()
    const reads = { beforeCounts: async () => undefined as void }
    const invocations: Pick<InvocationStore, 'list' | 'counts'> = {
      list: async id => stored.filter(({ functionId }) => functionId === id).toReversed(),
      counts: async id => {
        const calls = stored.filter(({ functionId }) => functionId === id)
        await reads.beforeCounts()
        return calls.map(() => ({ hour: 100, milliseconds: 1, calls: 1, failed: 0 }))
      },
    }
    const provider = {
      changes: publisher,
      functions: { list: async () => [{ id: 'f' }] },
    } as unknown as Provider
    const reported: unknown[] = []
    const summaries = createCallSummaries({
      providers: createProviderSet([provider]),
      invocations,
      clock,
      report: error => reported.push(error),
    })
    const call = (id: string, functionId = 'f') => {
      const startedAt = clock.now()
      const record = {
        id,
        functionId,
        startedAt,
        completedAt: startedAt + 1,
        outcome: 'succeeded',
      } as InvocationRecord
      stored.push(record)
      summaries.note(record)
    }
    return { clock, summaries, stored, publisher, reads, reported, call }
  }

  it('have a call that ends while they are read', async () => {
    const { summaries, reads, call } = open()
    call('first')
    reads.beforeCounts = async () => {
      reads.beforeCounts = async () => undefined
      call('second')
    }
    const [summary] = await summaries.all()
    assert.deepEqual(
      summary?.latest.map(({ id }) => id),
      ['second', 'first'],
    )
    assert.equal(summary?.day.calls, 2)
    summaries[Symbol.dispose]()
  })

  it('tell nothing of a function that is deleted', async () => {
    const { clock, summaries, stored, publisher, call } = open()
    const told: CallSummary[] = []
    summaries.subscribe(summary => told.push(summary))
    call('last')
    stored.length = 0
    publisher.publish({ kind: 'deleted', what: 'function', id: 'f' })
    summaries.note({ id: 'last', functionId: 'f', startedAt: clock.now(), outcome: 'succeeded' } as InvocationRecord)
    await clock.advanceTo(clock.now() + 1000)
    assert.deepEqual(told, [])
    summaries[Symbol.dispose]()
  })

  it('are told of the others where one can not be read', async () => {
    const { clock, summaries, reads, reported, call } = open()
    const told: CallSummary[] = []
    summaries.subscribe(summary => told.push(summary))
    const failure = new Error('the disk is full')
    reads.beforeCounts = async () => {
      reads.beforeCounts = async () => undefined
      throw failure
    }
    call('a')
    call('b', 'g')
    await clock.advanceTo(clock.now() + 1000)
    assert.deepEqual(reported, [failure])
    assert.deepEqual(
      told.map(({ functionId }) => functionId),
      ['g'],
    )
    summaries[Symbol.dispose]()
  })
})
