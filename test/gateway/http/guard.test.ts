import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { createGuard } from '../../../src/gateway/http/guard.ts'

describe('the guard of requests', () => {
  const guard = createGuard({ authenticate: () => ({ subject: 'someone', scopes: new Set() }) as never })
  const request = () =>
    ({
      headers: { host: '127.0.0.1:7070', authorization: 'Bearer token' },
      socket: { localPort: 7070 },
    }) as unknown as IncomingMessage
  const send = (path: string, count: number) => {
    for (let sent = 0; sent < count; sent++) guard(request(), path)
  }

  it('lets a load test call a function as fast as it likes', () => {
    assert.doesNotThrow(() => send('/api/v1/functions/f-1/invoke', 20_000))
  })

  it('stops a loop that asks for anything else without end', () => {
    assert.throws(() => send('/api/v1/functions/f-1', 20_000), { code: 'RATE_LIMITED' })
    assert.throws(() => send('/api/v1/functions/f-1/invoke/more', 20_000), { code: 'RATE_LIMITED' })
  })
})
