import assert from 'node:assert/strict'
import fc from 'fast-check'
import { createServerTime } from '../../../../../src/gateway/providers/kubernetes/client/serverTime.ts'

const dateOf = (at: number) => new Date(at).toUTCString()

describe('the time of a server', () => {
  it('is known to a second and the way of the answers, whatever the difference', () => {
    const hours = 3_600_000
    const instants = fc.integer({ min: 0, max: 2 ** 41 })
    fc.assert(
      fc.property(
        instants,
        fc.integer({ min: -9 * hours, max: 9 * hours }),
        fc.nat(900),
        fc.nat(900),
        (at, ahead, to, from) => {
          const time = createServerTime()
          time.heard(dateOf(at), at - to + ahead, at + from + ahead)
          const found = time.aheadMs()
          if (Math.abs(ahead) < 3000) assert.equal(found, 0)
          if (Math.abs(ahead) > 7000) assert.ok(Math.abs(found - ahead) <= 1500, `${found} for ${ahead}`)
        },
      ),
    )
  })

  it('stays what it is as long as it can be so, and is learnt anew when a clock is set', () => {
    const time = createServerTime()
    const ask = (at: number, ahead: number) => {
      time.heard(dateOf(at), at + ahead, at + ahead + 10)
      return time.aheadMs()
    }
    const first = ask(1_000_400, 300_000)
    for (let at = 1_000_400; at < 1_005_000; at += 333) assert.ok(Math.abs(ask(at, 300_000) - 300_000) < 1000)
    assert.ok(Math.abs(first - 300_000) < 1000)
    assert.equal(ask(2_000_000, 0), 0)
  })

  it('is not learnt from an answer that took long, or that has no date', () => {
    const time = createServerTime()
    time.heard(undefined, 0, 1)
    time.heard('soon', 0, 1)
    time.heard(dateOf(0), 300_000, 310_000)
    assert.equal(time.aheadMs(), 0)
  })
})
