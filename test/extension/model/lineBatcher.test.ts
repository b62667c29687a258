import assert from 'node:assert/strict'
import { createLineBatcher } from '../../../src/extension/model/lineBatcher.ts'

describe('batches of lines', () => {
  const lines = (from: number, count: number): string[] => Array.from({ length: count }, (_, i) => `line ${from + i}`)

  it('hold every line once and in order, however many there are', async () => {
    const batches: string[] = []
    const batcher = createLineBatcher({ append: text => batches.push(text), every: 1, most: 1000 })
    for (let i = 0; i < 100; i++) await batcher.write(lines(i * 1000, 1000))
    batcher.close()
    assert.equal(batches.join(''), `${lines(0, 100_000).join('\n')}\n`)
    assert.ok(batches.length >= 100 && batches.length <= 101, `${batches.length} batches`)
  })

  it('make a writer wait while more lines are there than one batch takes', async () => {
    let appended = 0
    const batcher = createLineBatcher({ append: () => appended++, every: 1, most: 10 })
    await batcher.write(lines(0, 5))
    assert.equal(appended, 0)
    await batcher.write(lines(5, 30))
    assert.ok(appended >= 3, `${appended} batches`)
    batcher.close()
  })

  it('hand on what is left when they are closed, and let waiting writers go', async () => {
    const batches: string[] = []
    const batcher = createLineBatcher({ append: text => batches.push(text), every: 60_000, most: 2 })
    const waiting = batcher.write(lines(0, 5))
    batcher.close()
    await waiting
    assert.deepEqual(batches, [`${lines(0, 5).join('\n')}\n`])
  })

  it('append nothing when nothing was written', () => {
    createLineBatcher({ append: () => assert.fail('appended') }).close()
  })
})
