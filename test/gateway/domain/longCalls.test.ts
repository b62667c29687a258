import assert from 'node:assert/strict'
import type { FunctionRecord, InvocationRecord } from '../../../src/gateway/domain/function.ts'
import { createLongCalls } from '../../../src/gateway/domain/longCalls.ts'
import { createFakeClock } from '../../support/fakeClock.ts'

describe('calls that take long', () => {
  const fn = { id: 'f1', projectId: 'p1' } as FunctionRecord
  const open = () => {
    const clock = createFakeClock(1_000_000)
    const calls = createLongCalls(clock)
    const told: string[] = []
    calls.subscribe(change => {
      assert.ok(change.kind === 'invocation' && change.call.projectId === 'p1')
      told.push(`${change.call.invocation.id} ${change.call.invocation.outcome}`)
    })
    const begin = (id: string): InvocationRecord => {
      const call = { id, functionId: 'f1', startedAt: clock.now(), outcome: 'running' } as InvocationRecord
      calls.began(fn, call)
      return call
    }
    const end = (call: InvocationRecord) => calls.ended(fn, { ...call, outcome: 'succeeded' })
    const pass = (ms: number) => clock.advanceTo(clock.now() + ms)
    return { clock, calls, told, begin, end, pass }
  }

  it('are told after a second, and when they have ended', async () => {
    const { calls, told, begin, end, pass } = open()
    const call = begin('a')
    await pass(999)
    assert.deepEqual(told, [])
    await pass(501)
    assert.deepEqual(told, ['a running'])
    assert.deepEqual(
      calls.current().map(({ invocation }) => invocation.id),
      ['a'],
    )
    end(call)
    assert.deepEqual(told, ['a running', 'a succeeded'])
    assert.deepEqual(calls.current(), [])
  })

  it('are the only ones told of, however many short ones there are', async () => {
    const { told, begin, end, pass } = open()
    const slow = begin('slow')
    for (let i = 0; i < 2000; i++) {
      const short = begin(`short ${i}`)
      await pass(1)
      end(short)
    }
    end(slow)
    assert.deepEqual(told, ['slow running', 'slow succeeded'])
  })

  it('are a hundred at once at most; others follow', async () => {
    const { calls, told, begin, end, pass } = open()
    const all = Array.from({ length: 150 }, (_, i) => begin(`c${i}`))
    await pass(2000)
    assert.equal(told.length, 100)
    end(all[0]!)
    await pass(500)
    assert.deepEqual(told.slice(100), ['c0 succeeded', 'c100 running'])
    assert.equal(calls.current().length, 100)
  })

  it('wait for nothing when none goes on', async () => {
    const { clock, begin, end, pass } = open()
    end(begin('a'))
    await pass(1000)
    assert.equal(clock.waiting(), 0)
  })
})
