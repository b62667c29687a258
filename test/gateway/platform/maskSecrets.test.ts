import assert from 'node:assert/strict'
import fc from 'fast-check'
import { createMask, isMaskedFrom } from '../../../src/gateway/platform/maskSecrets.ts'

describe('what was masked', () => {
  it('is known to be masked from its text, whatever the values were', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', ' '), maxLength: 30 })
    fc.assert(fc.property(fc.array(letters), letters, (values, text) => isMaskedFrom(createMask(values)(text), text)))
  })

  it('is not masked from a text that differs beside the values', () => {
    for (const [masked, text] of [
      ['pw *** end', 'pw hunter2 End'],
      ['pw *** end', 'PW hunter2 end'],
      ['a *** b *** c', 'a hunter2 c'],
      ['abc***bcd', 'abcd'],
      ['plain', 'other'],
    ] as const)
      assert.equal(isMaskedFrom(masked, text), false, `${masked} of ${text}`)
  })
})
