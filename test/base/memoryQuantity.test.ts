import assert from 'node:assert/strict'
import { memoryText, readMemory } from '../../src/base/memoryQuantity.ts'

describe('an amount of memory', () => {
  it('is read as Kubernetes reads it', () => {
    for (const [text, bytes] of [
      ['256Mi', 256 * 2 ** 20],
      ['1.5Gi', 1.5 * 2 ** 30],
      ['1Ti', 2 ** 40],
      ['300M', 300e6],
      ['2k', 2000],
      ['134217728', 2 ** 27],
      ['0.1Ki', 103],
    ] as const) {
      assert.equal(readMemory(text), bytes, text)
    }
  })

  it('is none with another unit, a sign or a space', () => {
    for (const text of ['', '256MB', '256 Mi', '-1Mi', '1e3', 'Mi', '1.Gi', '999999999999999Ti', 'NaN']) {
      assert.equal(readMemory(text), undefined, text)
    }
  })

  it('is written in the largest unit that leaves a whole number', () => {
    for (const text of ['256Mi', '1Gi', '1536Mi', '1Ti', '3Ki', '1001'])
      assert.equal(memoryText(readMemory(text)!), text)
  })
})
