import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { parseWords, writeWords } from '../../src/base/shellWords.ts'

describe('a line of words', () => {
  it('gives back the words of which it was written', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), words => {
        assert.deepEqual(parseWords(writeWords(words)), words)
      }),
    )
  })

  it('is split as a shell splits it', () => {
    const lines = [
      `a  b\tc`,
      `--name='x y' "q \\" r" \\ z`,
      `'it'\\''s' "" ''`,
      `"a\\b" "a\\\\b" pre"mid"'post'`,
      `a\\'b`,
      ``,
    ]
    for (const line of lines) {
      const out = execFileSync('sh', ['-c', `for w in ${line}; do printf '%s\\0' "$w"; done`], { encoding: 'utf8' })
      assert.deepEqual(parseWords(line), out.split('\0').slice(0, -1), line)
    }
  })

  it('is none with a quote that is not closed', () => {
    assert.equal(parseWords(`a 'b`), undefined)
    assert.equal(parseWords(`a "b\\"`), undefined)
  })
})
