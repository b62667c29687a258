import assert from 'node:assert/strict'
import { timeOrderedId } from '../../../src/gateway/platform/timeOrderedId.ts'

describe('an id that begins with a time', () => {
  it('is a UUID of version 7 with the milliseconds of its time', () => {
    const id = timeOrderedId(Date.UTC(2026, 0, 2, 3, 4, 5, 678))
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    assert.equal(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16), Date.UTC(2026, 0, 2, 3, 4, 5, 678))
  })

  it('sorts behind every one of an earlier time', () => {
    const times = [-1, 0, 1, 255, 256, 2 ** 32, 1.7e12, 1.7e12 + 1, 4e12]
    const ids = times.map(timeOrderedId).slice(1)
    assert.deepEqual(ids, [...ids].sort())
  })

  it('is another each time', () => {
    assert.equal(new Set(Array.from({ length: 10_000 }, () => timeOrderedId(1.7e12))).size, 10_000)
  })
})
