import assert from 'node:assert/strict'
import fc from 'fast-check'
import { createWakeups } from '../../../../src/gateway/providers/local/wakeups.ts'
import { createFakeClock } from '../../../support/fakeClock.ts'

describe('createWakeups', () => {
  it('calls each key back once, at the last time it was set to, in order, with one timer', async () => {
    const step = fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      at: fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async steps => {
        const clock = createFakeClock(0)
        const woken: [string, number][] = []
        using wakeups = createWakeups(clock, key => woken.push([key, clock.now()]))
        const wanted = new Map<string, number>()
        for (const { key, at } of steps) {
          wakeups.set(key, at)
          if (at === undefined) wanted.delete(key)
          else wanted.set(key, at)
          assert.ok(clock.waiting() <= 1)
        }
        await clock.advanceTo(100, async () => undefined)
        const expected = [...wanted].sort((a, b) => a[1] - b[1])
        assert.deepEqual(
          woken.map(([, at]) => at),
          expected.map(([, at]) => at),
        )
        assert.deepEqual(woken.toSorted(), expected.toSorted())
        assert.equal(clock.waiting(), 0)
      }),
    )
  })

  it('calls nobody back once it is disposed', async () => {
    const clock = createFakeClock(0)
    const wakeups = createWakeups(clock, () => assert.fail('woken'))
    wakeups.set('a', 10)
    wakeups[Symbol.dispose]()
    assert.equal(clock.waiting(), 0)
    await clock.advanceTo(20)
  })
})
