import assert from 'node:assert/strict'
import type { Invocation } from '../../../src/contract/invocations.ts'
import { CallHistory } from '../../../src/webviews/functionInvoke/callHistory.ts'
import { invocationOf } from '../support/functions.ts'

const start = Date.parse('2026-11-23T10:00:00.000Z')
/** Calls by number; a later one has a higher. */
const call = (n: number): Invocation =>
  invocationOf({ id: `call-${n}`, startedAt: new Date(start + n * 1000).toISOString() })
const range = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, i) => call(from - i))
const ids = (calls: readonly Invocation[]) => calls.map(({ id }) => Number(id.slice(5)))

describe('the calls of a function', () => {
  /** A history over calls 1 to `newest`, in pages of twenty. */
  function history(newest: () => number) {
    const asked: (string | undefined)[] = []
    const made = new CallHistory(
      async cursor => {
        asked.push(cursor)
        const from = cursor === undefined ? newest() : Number(cursor)
        const to = Math.max(1, from - 19)
        return { items: range(from, to), ...(to > 1 ? { nextCursor: String(to - 1) } : {}) }
      },
      () => undefined,
    )
    return { made, asked }
  }

  it('grow at the top as they are made, and at the bottom as they are asked for', async () => {
    const { made } = history(() => 30)
    made.open(range(30, 11), '10')
    made.putLatest(range(32, 28))
    assert.deepEqual(ids(made.calls), ids(range(32, 11)))
    await made.loadOlder()
    assert.deepEqual(ids(made.calls), ids(range(32, 1)))
    assert.deepEqual(made.older, { kind: 'none' })
  })

  it('are read anew where some may be missing in between', async () => {
    const { made, asked } = history(() => 60)
    made.open(range(30, 11), '10')
    made.putLatest(range(60, 56))
    await new Promise(setImmediate)
    assert.deepEqual(asked, [undefined])
    assert.deepEqual(ids(made.calls), ids(range(60, 41)))
    await made.loadOlder()
    assert.deepEqual(ids(made.calls), ids(range(60, 21)))
  })

  it('never fill the page, however many come', async () => {
    let newest = 30
    const { made } = history(() => newest)
    made.open(range(30, 11), '10')
    for (let i = 0; i < 400; i++) {
      newest += 3
      made.putLatest(range(newest, newest - 4))
      await new Promise(setImmediate)
      assert.ok(made.calls.length <= 125, `${made.calls.length}`)
    }
    assert.equal(ids(made.calls)[0], newest)
  })

  it('say why older ones did not come, and come when asked once more', async () => {
    let isDown = true
    const made = new CallHistory(
      async () => {
        if (isDown) throw new Error('no gateway')
        return { items: range(10, 1) }
      },
      () => undefined,
    )
    made.open(range(30, 11), '10')
    await made.loadOlder()
    assert.equal(made.older.kind, 'failed')
    assert.equal(made.calls.length, 20)
    isDown = false
    await made.loadOlder()
    assert.equal(made.calls.length, 30)
  })
})
