import assert from 'node:assert/strict'
import { createSystemClock } from '../../../../src/gateway/platform/systemClock.ts'
import type { FunctionCall } from '../../../../src/gateway/providers/local/functionAttempt.ts'
import { openLocal } from './localGateway.ts'

describe('a run that calls a function', () => {
  const clock = createSystemClock()
  const calls: unknown[] = []
  let answer: (signal: AbortSignal) => Promise<FunctionCall>
  let local: Awaited<ReturnType<typeof openLocal>>
  let names = 0
  before(async () => {
    local = await openLocal(clock, {
      callFunction: (functionId, payload, executionId, signal) => {
        calls.push({ functionId, payload, executionId })
        return answer(signal)
      },
    })
  })
  after(async () => {
    await local.close()
    clock[Symbol.dispose]()
  })
  const create = () =>
    local.create({
      name: `job-${++names}`,
      schedule: '0 0 1 1 *',
      backoffLimit: 0,
      target: { kind: 'function', functionId: 'f', payload: { amount: 2 } },
    })
  const runOnce = async () => {
    const job = await create()
    const { id } = await local.provider.executions.trigger(job.id, {})
    return { id, ended: await local.ended(id), output: await local.lines(job.id, id, 'stdout') }
  }

  it('succeeds when the function answers 2xx; the answer is its output', async () => {
    answer = async () => ({ status: 200, body: Buffer.from('{"double":4}\nmore'), bytes: 17 })
    const { id, ended, output } = await runOnce()
    assert.deepEqual(calls, [{ functionId: 'f', payload: { amount: 2 }, executionId: id }])
    assert.equal(ended.status, 'succeeded')
    assert.deepEqual(output, ['{"double":4}', 'more'])
  })

  it('fails with the reason of the platform, or with the status', async () => {
    answer = async () => ({ status: 504, body: Buffer.from(''), message: 'It took longer than 30 s.', bytes: 0 })
    assert.equal((await runOnce()).ended.cause, 'It took longer than 30 s.')
    answer = async () => ({ status: 418, body: Buffer.from(''), bytes: 0 })
    assert.equal((await runOnce()).ended.cause, 'The function answered 418.')
    answer = async () => {
      throw new Error('No function "f" exists.')
    }
    assert.equal((await runOnce()).ended.cause, 'The function was not called: No function "f" exists.')
  })

  it('cancels the call when the run is ended', async () => {
    const called = Promise.withResolvers<void>()
    answer = signal =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new Error('cancelled')))
        called.resolve()
      })
    const job = await create()
    const { id } = await local.provider.executions.trigger(job.id, {})
    await called.promise
    await local.provider.executions.stop(id)
    assert.equal((await local.store.executions.get(id))!.reason, 'Stopped')
  })
})
