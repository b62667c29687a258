import assert from 'node:assert/strict'
import { test } from 'node:test'
import { handler } from './index.mjs'

const contextOf = (method, query = {}, cloudEvent = null) => ({
  invocationId: 'call-1',
  request: { method, path: '/', query, headers: {} },
  cloudEvent,
  response: (status, headers, body) => ({ status, headers, body }),
})

test('accepts a CloudEvent and names its type', async () => {
  const cloudEvent = { specversion: '1.0', id: 'e-1', source: '/shop', type: 'order.placed' }
  const { status, headers, body } = await handler({ total: 3 }, contextOf('POST', {}, cloudEvent))
  assert.deepEqual([status, headers, body], [202, { 'X-Event-Id': 'e-1' }, { accepted: 'order.placed' }])
})

test('accepts other JSON, with its type in the query', async () => {
  const { status, body } = await handler({ total: 3 }, contextOf('POST', { type: ['ping'] }))
  assert.deepEqual([status, body], [202, { accepted: 'ping' }])
})

test('refuses other methods and bodies', async () => {
  assert.equal((await handler(null, contextOf('GET'))).status, 405)
  assert.equal((await handler('text', contextOf('POST'))).status, 400)
})
