import assert from 'node:assert/strict'
import fc from 'fast-check'
import { defaultScaling } from '../../../../../src/gateway/domain/functionScaling.ts'
import {
  localScaling,
  longestQueue,
  missingReplicas,
} from '../../../../../src/gateway/providers/local/functions/scaling.ts'

describe('how many processes a function has', () => {
  const scaling = { minScale: 0, maxScale: 4, containerConcurrency: 10 }
  const calm = { starting: 0, suspect: 0, isPaused: false }

  it('is at most two to eight by default, as the machine has processors, and what was asked for else', () => {
    const most = (processors: number) => localScaling(defaultScaling, processors).maxScale
    assert.deepEqual([1, 2, 6, 8, 64].map(most), [2, 2, 6, 8, 8])
    assert.equal(localScaling({ ...defaultScaling, maxScale: 20 }, 2).maxScale, 20)
    assert.equal(localScaling({ ...defaultScaling, minScale: 3 }, 2).maxScale, 3)
  })

  it('follows the calls that wait, as many as one takes at once for each', () => {
    const missing = (waiting: number, starting = 0, serving = 0) =>
      missingReplicas({ ...calm, waiting, starting, serving }, scaling)
    assert.deepEqual([missing(0), missing(1), missing(10), missing(11), missing(1000)], [0, 1, 1, 2, 4])
    assert.deepEqual([missing(10, 1), missing(11, 1), missing(1000, 1, 2), missing(1000, 0, 4)], [0, 1, 1, 0])
  })

  it('does not grow in a pause, unless calls wait that nobody serves: those that may hang do not', () => {
    const missing = (waiting: number, serving: number, suspect: number) =>
      missingReplicas({ starting: 0, waiting, serving, suspect, isPaused: true }, { ...scaling, minScale: 3 })
    assert.deepEqual([missing(0, 0, 0), missing(5, 1, 0), missing(5, 2, 1)], [0, 0, 0])
    assert.deepEqual([missing(5, 0, 0), missing(5, 2, 2), missing(5, 4, 4)], [3, 1, 0])
  })

  it('is never below the minimum nor above the maximum', () => {
    const count = fc.nat(20)
    const check = (serving: number, starting: number, waiting: number, minScale: number, more: number) => {
      const given = { minScale, maxScale: Math.max(1, minScale + more), containerConcurrency: 3 }
      const missing = missingReplicas({ ...calm, serving, starting, waiting }, given)
      const all = serving + starting + missing
      assert.ok(missing >= 0)
      assert.ok(missing === 0 || all <= given.maxScale)
      assert.ok(all >= minScale)
      assert.ok(waiting === 0 || all > 0)
    }
    fc.assert(fc.property(count, count, fc.nat(200), count, count, check))
  })

  it('decides how many calls may wait: ten for each that can run at once, but no more than 1000', () => {
    assert.equal(longestQueue(scaling), 400)
    assert.equal(longestQueue({ ...scaling, containerConcurrency: 100 }), 1000)
  })
})
