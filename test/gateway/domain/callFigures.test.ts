import assert from 'node:assert/strict'
import { createCallFigures, hourMs } from '../../../src/gateway/domain/callFigures.ts'

const count = (hour: number, milliseconds: number, calls = 1, failed = 0) => ({ hour, milliseconds, calls, failed })

describe('the figures of calls', () => {
  it('are none without calls', () => {
    assert.deepEqual(createCallFigures().day(0), { calls: 0, failed: 0 })
  })

  it('count calls and failures, and say what 95 of 100 took at most', () => {
    const figures = createCallFigures()
    for (let ms = 1; ms <= 100; ms++) figures.add(count(0, ms, 1, ms % 10 === 0 ? 1 : 0))
    assert.deepEqual(figures.day(0), { calls: 100, failed: 10, p95Ms: 95 })
  })

  it('tell longer times within 5 %', () => {
    for (const ms of [101, 250, 999, 30_000, 3_600_000]) {
      const figures = createCallFigures()
      figures.add(count(0, ms))
      const { p95Ms = 0 } = figures.day(0)
      assert.ok(p95Ms >= ms && p95Ms <= ms * 1.051, `${p95Ms} for ${ms}`)
    }
  })

  it('take a clock that was set back for no time at all', () => {
    const figures = createCallFigures()
    figures.add(count(0, -5000))
    assert.equal(figures.day(0).p95Ms, 0)
  })

  it('forget what is older than a day', () => {
    const figures = createCallFigures()
    figures.add(count(10, 5))
    figures.add(count(20, 50, 2, 1))
    assert.equal(figures.day(34 * hourMs).calls, 3)
    assert.deepEqual(figures.day(35 * hourMs), { calls: 2, failed: 1, p95Ms: 50 })
  })
})
