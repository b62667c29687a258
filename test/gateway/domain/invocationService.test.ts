import assert from 'node:assert/strict'
import type { Caller } from '../../../src/gateway/domain/caller.ts'
import {
  createInvocationService,
  type InvocationServiceOptions,
} from '../../../src/gateway/domain/invocationService.ts'

describe('the calls of a function', () => {
  it('are refused to who may not read before anything is looked up, so that nobody learns which functions there are', async () => {
    const nothing = {} as InvocationServiceOptions
    const caller: Caller = { subject: 'stranger', kind: 'token', scopes: [], projects: [] }
    const service = createInvocationService(nothing)
    await assert.rejects(service.list(caller, 'any', { limit: 1 }), { code: 'FORBIDDEN' })
    await assert.rejects(service.get(caller, 'any'), { code: 'FORBIDDEN' })
    await assert.rejects(service.cancel(caller, 'any'), { code: 'FORBIDDEN' })
  })
})
