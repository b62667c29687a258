import assert from 'node:assert/strict'
import fc from 'fast-check'
import { compareVersions } from '../../src/client/compareVersions.ts'

describe('compareVersions', () => {
  it('orders versions by number, not by text', () => {
    const ordered = ['0.1.0', '0.1.9', '0.1.10', '0.2.0', '0.10.0', '1.0.0', '10.0.0']
    for (const [at, older] of ordered.entries()) {
      for (const newer of ordered.slice(at + 1)) {
        assert.ok(compareVersions(older, newer) < 0, `${older} < ${newer}`)
        assert.ok(compareVersions(newer, older) > 0, `${newer} > ${older}`)
      }
    }
  })

  it('takes a version for equal to itself, whatever is appended', () => {
    const version = fc.tuple(fc.nat(), fc.nat(), fc.nat()).map(numbers => numbers.join('.'))
    fc.assert(fc.property(version, text => compareVersions(text, `${text}-next.1+abc`) === 0))
  })
})
