import assert from 'node:assert/strict'
import type { FunctionRecord, InvocationRecord, InvocationResponse } from '../../../src/gateway/domain/function.ts'
import { createFunctionCalls } from '../../../src/gateway/domain/functionCalls.ts'
import type { InvocationStore } from '../../../src/gateway/domain/invocationStore.ts'
import type { PayloadStore } from '../../../src/gateway/domain/payloadStore.ts'
import type { Functions } from '../../../src/gateway/domain/ports.ts'
import { createFakeClock } from '../../support/fakeClock.ts'

describe('calls', () => {
  it('that come together have not the same id', async () => {
    const answers = Promise.withResolvers<InvocationResponse>()
    const saved: InvocationRecord[] = []
    const calls = createFunctionCalls({
      invocations: {
        get: async () => undefined,
        save: async record => void saved.push(record),
      } as Partial<InvocationStore> as InvocationStore,
      payloads: {} as PayloadStore,
      requests: { keep: () => undefined, flush: async () => undefined },
      meters: [],
      summaries: { note: () => undefined },
      clock: createFakeClock(0),
      newId: () => 'new',
      report: error => assert.fail(String(error)),
    })
    const call = {
      functions: { invoke: () => answers.promise } as Partial<Functions> as Functions,
      function: { id: 'f', serving: 1 } as FunctionRecord,
      request: { method: 'POST', path: '/', query: '', headers: {}, body: new Uint8Array() },
      source: 'url',
      diagnostics: false,
      id: 'chosen',
      stop: new AbortController(),
    } as const
    await Promise.all([calls.refuseTaken('chosen'), calls.refuseTaken('chosen')])
    const { response } = calls.call(call)
    assert.throws(() => calls.call(call), {
      code: 'CONFLICT',
      message: 'There is a call with the id "chosen" already.',
    })
    const facts = { coldStart: false, revision: 1, queueMs: 0, sandbox: 'none' } as const
    answers.resolve({ status: 200, headers: {}, body: new Uint8Array(), ...facts })
    await response
    assert.deepEqual(
      saved.map(({ id, outcome }) => [id, outcome]),
      [['chosen', 'succeeded']],
    )
  })
})
