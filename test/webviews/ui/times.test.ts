import assert from 'node:assert/strict'
import fc from 'fast-check'
import { clockOf, relativeText, spanText, zoneOffset } from '../../../src/webviews/ui/times.ts'
import { t } from '../../../src/webviews/ui/text.ts'

const now = Date.parse('2026-11-23T12:00:00.000Z')

describe('spans', () => {
  const cases: readonly [number, string][] = [
    [0, '0 ms'],
    [420, '420 ms'],
    [12_100, '12.1 s'],
    [12_000, '12 s'],
    [45_900, '45 s'],
    [60_000, '1 min'],
    [90_000, '1 min 30 s'],
    [3 * 3_600_000 + 12 * 60_000, '3 h 12 min'],
    [49 * 3_600_000, '2 d 1 h'],
  ]
  for (const [milliseconds, text] of cases)
    it(`${milliseconds} ms is ${text}`, () => assert.equal(spanText(milliseconds), text))
})

describe('distances from now', () => {
  it('say in and ago, and now within a second', () => {
    assert.equal(relativeText(now + 500, now), 'now')
    assert.equal(relativeText(now + 40_500, now), 'in 40 s')
    assert.equal(relativeText(now - 14 * 60_000 - 30_000, now), '14 min ago')
    assert.equal(relativeText(now + 11 * 3_600_000 + 59_000, now), 'in 11 h')
  })
})

describe('clocks', () => {
  it('show an instant in their zone, with the year when it is another', () => {
    const berlin = clockOf('Europe/Berlin', 'en-GB', now)
    assert.match(berlin.date(now), /^Mon,? 23 Nov$/)
    assert.equal(berlin.time(now), '13:00')
    assert.equal(berlin.time(now + 5000), '13:00:05')
    assert.equal(berlin.offset(now), 'GMT+1')
    assert.match(berlin.date(now + 90 * 86_400_000), /2027/)
    assert.match(berlin.full(now), /23 Nov 2026.*13:00:00/)
  })

  it('know how far a zone is from UTC', () => {
    assert.equal(zoneOffset('Asia/Kolkata', now), 19_800_000)
    assert.equal(zoneOffset('America/St_Johns', now), -12_600_000)
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), instant => {
        assert.equal(zoneOffset('UTC', instant), 0)
      }),
    )
  })
})

describe('texts', () => {
  it('take their values in any order and keep what has none', () => {
    assert.equal(t('{1} of {0}', 'b', 'a'), 'a of b')
    assert.equal(t('{0} and {1}', 1), '1 and {1}')
  })
})
