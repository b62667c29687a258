import assert from 'node:assert/strict'
import { test } from 'node:test'
import { handler } from './index.mjs'

const context = { functionName: 'hello', revision: 1 }

test('greets the name in the event', async () => {
  const answer = await handler({ name: 'Ada' }, context)
  assert.deepEqual(answer, { message: 'Hello, Ada', function: 'hello', revision: 1 })
})

test('greets the world when the body is empty', async () => {
  const { message } = await handler(null, context)
  assert.equal(message, 'Hello, world')
})
