import assert from 'node:assert/strict'
import { fromInstant, toInstant } from '../../src/base/instant.ts'

describe('instants', () => {
  it('are read in every form of RFC 3339', () => {
    const noon = Date.UTC(2026, 1, 28, 12)
    for (const text of [
      '2026-02-28T12:00:00Z',
      '2026-02-28t12:00:00z',
      '2026-02-28 12:00:00Z',
      '2026-02-28T12:00:00.0009999Z',
      '2026-02-28T17:30:00+05:30',
      '2026-02-27T23:30:00-12:30',
      '2026-02-28T11:59:60Z',
    ]) {
      assert.equal(fromInstant(text), noon, text)
    }
    assert.equal(fromInstant('2024-02-29T00:00:00.5Z'), Date.UTC(2024, 1, 29) + 500)
    assert.equal(toInstant(fromInstant('2026-12-31T23:59:60Z')!), '2027-01-01T00:00:00.000Z')
  })

  it('are refused in any other form, rather than read as something else', () => {
    for (const text of [
      '',
      '2026-02-28',
      '2026-02-28T12:00Z',
      '2026-02-28T12:00:00',
      '2026-02-28T12:00:00+05',
      '2026-02-28T12:00:00+0530',
      '2026-02-28T12:00:00+99:00',
      '2026-02-30T12:00:00Z',
      '2026-13-01T12:00:00Z',
      '2026-02-28T24:00:00Z',
      '2026-02-28T12:60:00Z',
      '2026-02-28T12:00:61Z',
      '28 Feb 2026 12:00:00 GMT',
    ]) {
      assert.equal(fromInstant(text), undefined, text)
    }
  })
})
