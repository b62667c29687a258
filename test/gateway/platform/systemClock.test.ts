import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { type ClockJump, createSystemClock } from '../../../src/gateway/platform/systemClock.ts'

describe('the system clock', () => {
  it('calls back in the order of the instants, and never early', async () => {
    using clock = createSystemClock()
    const start = clock.now()
    const calls: { name: string; at: number }[] = []
    const { promise, resolve } = Promise.withResolvers<void>()
    const note = (name: string) => () => calls.push({ name, at: clock.now() })
    clock.callAt(start + 80, () => resolve(void note('third')()))
    clock.callAt(start + 20, note('first'))
    clock.callAt(start + 40, note('second'))
    clock.callAt(start - 1000, note('past'))
    clock.callAt(start + 60, note('cancelled'))[Symbol.dispose]()
    await promise
    assert.deepEqual(
      calls.map(call => call.name),
      ['past', 'first', 'second', 'third'],
    )
    assert.ok(calls[1]!.at >= start + 20 && calls[2]!.at >= start + 40 && calls[3]!.at >= start + 80)
  })

  it('lets a callback cancel another that is due, and ask for a new one', async () => {
    using clock = createSystemClock()
    const start = clock.now()
    const { promise, resolve } = Promise.withResolvers<void>()
    clock.callAt(start + 10, () => {
      second[Symbol.dispose]()
      clock.callAt(start + 30, resolve)
    })
    const second = clock.callAt(start + 10, () => assert.fail('it was cancelled'))
    await promise
  })

  it('goes on when a callback throws', async () => {
    using clock = createSystemClock()
    const listeners = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    const thrown = new Promise(resolve => process.once('uncaughtException', resolve))
    const called = new Promise<void>(resolve => {
      clock.callAt(clock.now() + 30, resolve)
      clock.callAt(clock.now(), () => {
        throw new Error('of a callback')
      })
    })
    assert.match(String(await thrown), /of a callback/)
    await called
    for (const listener of listeners) process.on('uncaughtException', listener)
  })

  it('calls nobody once it is stopped', async () => {
    const clock = createSystemClock()
    clock.callAt(clock.now() + 10, () => assert.fail('it was stopped'))
    clock[Symbol.dispose]()
    await delay(50)
  })

  /** Real time with a wall clock that can be set. */
  function settable() {
    let offset = 0
    return {
      sources: { wall: () => Date.now() + offset, steady: () => performance.now() },
      set: (milliseconds: number) => {
        offset = milliseconds
      },
    }
  }

  it('notices that the wall clock was set forward, tells it first, and calls what has come due', async () => {
    const { sources, set } = settable()
    const told: (ClockJump | 'due')[] = []
    const { promise, resolve } = Promise.withResolvers<void>()
    using clock = createSystemClock(jump => told.push(jump), sources)
    clock.callAt(clock.now() + 3_600_000, () => resolve(void told.push('due')))
    set(7_200_000)
    await promise
    assert.equal(told.length, 2)
    const [jump] = told
    assert.ok(typeof jump === 'object' && Math.abs(jump.milliseconds - 7_200_000) < 1000)
    assert.ok(Math.abs(jump.at - Date.now() - 7_200_000) < 5000)
    assert.equal(told[1], 'due')
  })

  it('notices that it was set back, and waits for the instant on the new clock', async () => {
    const { sources, set } = settable()
    const { promise, resolve } = Promise.withResolvers<ClockJump>()
    using clock = createSystemClock(resolve, sources)
    let called = false
    clock.callAt(clock.now() + 2500, () => {
      called = true
    })
    set(-3_600_000)
    assert.ok((await promise).milliseconds < -3_590_000)
    await delay(800)
    assert.equal(called, false)
  })
})
