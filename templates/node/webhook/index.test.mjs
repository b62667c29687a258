import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { afterEach, test } from 'node:test'
import { handler } from './index.mjs'

const contextOf = (method, query = {}, cloudEvent = null, headers = {}, body = '{"total": 3}') => ({
  invocationId: 'call-1',
  request: { method, path: '/', query, headers, body: Buffer.from(body) },
  cloudEvent,
  response: (status, headers, body) => ({ status, headers, body }),
})

const post = signature => contextOf('POST', {}, null, signature === undefined ? {} : { 'x-hub-signature-256': signature })
const sign = (secret, body) => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`

afterEach(() => {
  delete process.env.WEBHOOK_SECRET
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

test('accepts a body that is signed with the secret', async () => {
  process.env.WEBHOOK_SECRET = 'it is known to two'
  assert.equal((await handler({ total: 3 }, post(sign('it is known to two', '{"total": 3}')))).status, 202)
})

test('refuses a signature that is missing, wrong or of other bytes', async () => {
  process.env.WEBHOOK_SECRET = 'it is known to two'
  const signatures = [undefined, 'sha256=', sign('guessed', '{"total": 3}'), sign('it is known to two', '{"total":3}')]
  for (const signature of signatures) assert.equal((await handler({ total: 3 }, post(signature))).status, 401)
})

test('refuses all when the secret is empty', async () => {
  process.env.WEBHOOK_SECRET = ''
  assert.equal((await handler({ total: 3 }, post(sign('', '{"total": 3}')))).status, 401)
})
