import assert from 'node:assert/strict'
import fc from 'fast-check'
import { createLineMerge } from '../../../../../src/gateway/providers/kubernetes/logs/mergeLines.ts'
import { createFakeClock, turn } from '../../../../support/fakeClock.ts'

const line = (time: number, text = String(time)) => ({ time, stamp: '', text })

describe('the lines of several containers', () => {
  const merged = () => {
    const clock = createFakeClock(0)
    const out: string[] = []
    const merge = createLineMerge<string>(clock, batch =>
      out.push(...batch.map(([source, each]) => `${source}${each.text}`)),
    )
    return { clock, out, merge }
  }

  it('are in the order of their times, each source in its own, whatever comes first', async () => {
    const times = fc.array(fc.nat(1000), { maxLength: 30 }).map(each => each.sort((a, b) => a - b))
    await fc.assert(
      fc.asyncProperty(times, times, fc.array(fc.boolean(), { maxLength: 80 }), async (a, b, order) => {
        const { out, merge } = merged()
        merge.open('a')
        merge.open('b')
        const left = { a: a.map(each => line(each)), b: b.map(each => line(each)) }
        for (const isA of order) {
          const next = left[isA ? 'a' : 'b'].shift()
          if (next) await merge.push(isA ? 'a' : 'b', [next])
        }
        for (const source of ['a', 'b'] as const) {
          await merge.push(source, left[source])
          merge.close(source)
        }
        const wanted = [...a.map(each => [each, 'a'] as const), ...b.map(each => [each, 'b'] as const)].sort(
          ([x, s], [y, t]) => x - y || (s < t ? -1 : 1),
        )
        assert.deepEqual(
          out.map(each => Number(each.slice(1))),
          wanted.map(([time]) => time),
        )
        for (const source of ['a', 'b'] as const) {
          const own = out.filter(each => each.startsWith(source))
          assert.equal(own.length, { a, b }[source].length)
        }
      }),
    )
  })

  it('pass at once where there is one source only', async () => {
    const { out, merge } = merged()
    merge.open('a')
    await merge.push('a', [line(2), line(1)])
    assert.deepEqual(out, ['a2', 'a1'])
  })

  it('wait a moment for a silent container, no longer', async () => {
    const { clock, out, merge } = merged()
    merge.open('a')
    merge.open('silent')
    await merge.push('a', [line(2)])
    await clock.advanceTo(299)
    assert.deepEqual(out, [])
    await clock.advanceTo(300)
    assert.deepEqual(out, ['a2'])
    assert.equal(clock.waiting(), 0)
  })

  it('hold a source back that is far ahead of the others', async () => {
    const { clock, merge } = merged()
    merge.open('a')
    merge.open('silent')
    let isFree = false
    void merge
      .push(
        'a',
        Array.from({ length: 3000 }, (_, i) => line(i)),
      )
      .then(() => (isFree = true))
    await turn()
    assert.equal(isFree, false)
    await clock.advanceTo(300)
    await turn()
    assert.equal(isFree, true)
  })
})
