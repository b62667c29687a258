import assert from 'node:assert/strict'
import { test } from 'node:test'
import { handler } from './index.mjs'

const contextOf = (msLeft, signal = new AbortController().signal) => ({ deadline: Date.now() + msLeft, signal })

test('does every item of the payload', async () => {
  assert.deepEqual(await handler({ items: ['a', 'b'] }, contextOf(60_000)), { done: 2, left: [] })
})

test('finds its items itself when called without a payload', async () => {
  assert.equal((await handler(null, contextOf(60_000))).done, 3)
})

test('stops before the deadline and says what is left', async () => {
  assert.deepEqual(await handler({ items: ['a', 'b'] }, contextOf(0)), { done: 0, left: ['a', 'b'] })
})

test('stops when the call is given up', async () => {
  const answer = await handler({ items: ['a'] }, contextOf(60_000, AbortSignal.abort()))
  assert.deepEqual(answer, { done: 0, left: ['a'] })
})
