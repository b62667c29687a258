import assert from 'node:assert/strict'
import { dedent } from '../../src/base/dedent.ts'

// What Python 3.11's textwrap.dedent answers for each.
const cases: readonly (readonly [string, string])[] = [
  ['', ''],
  ['a', 'a'],
  ['\n    def f():\n        pass\n    ', '\ndef f():\n    pass\n'],
  ['  a\n\n  b', 'a\n\nb'],
  ['  a\n \t \n  b', 'a\n\nb'],
  ['  a\n b', ' a\nb'],
  ['\ta\n  b', '\ta\n  b'],
  [' \ta\n \tb\n  c', '\ta\n\tb\n c'],
  ['    a\r\n    b\r\n', 'a\r\nb\r\n'],
  ['    a\r\n  \r\n    b', '  a\r\n\r\n  b'],
  ['  a\u2028  b\n  c', 'a\u2028  b\nc'],
  ['a\n  b', 'a\n  b'],
]

describe('dedent', () => {
  for (const [text, expected] of cases) {
    it(`makes ${JSON.stringify(expected)} of ${JSON.stringify(text)}`, () => {
      assert.equal(dedent(text), expected)
    })
  }
})
