import assert from 'node:assert/strict'
import fc from 'fast-check'
import { nearest } from '../../src/base/nearest.ts'

describe('the nearest word', () => {
  const words = ['Allow', 'Forbid', 'Replace', 'Europe/Berlin', 'startingDeadlineSeconds']
  const meant: [string, string | undefined][] = [
    ['forbid', 'Forbid'],
    ['Frobid', 'Forbid'],
    ['Repalce', 'Replace'],
    ['Europe/Berln', 'Europe/Berlin'],
    ['startingDeadlineSecond', 'startingDeadlineSeconds'],
    ['Queue', undefined],
    ['', undefined],
    ['no', undefined],
  ]
  for (const [word, wanted] of meant)
    it(`of "${word}" is ${wanted ?? 'none'}`, () => assert.equal(nearest(word, words), wanted))

  it('of a word that is there is that word', () => {
    fc.assert(fc.property(fc.constantFrom(...words), word => nearest(word, words) === word))
  })

  it('is found through any one slip in a word of six letters', () => {
    const slip = fc.tuple(fc.constantFrom('drop', 'add', 'change', 'swap'), fc.nat(4), fc.constantFrom('x', 'q'))
    fc.assert(
      fc.property(slip, ([kind, at, letter]) => {
        const word = 'Forbid'
        const slips: Readonly<Record<typeof kind, string>> = {
          drop: word.slice(0, at) + word.slice(at + 1),
          add: word.slice(0, at) + letter + word.slice(at),
          change: word.slice(0, at) + letter + word.slice(at + 1),
          swap: word.slice(0, at) + word[at + 1]! + word[at]! + word.slice(at + 2),
        }
        // Five letters allow one change, and the pair of a swap is one.
        assert.equal(nearest(slips[kind], words), 'Forbid')
      }),
    )
  })
})
