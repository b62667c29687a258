import assert from 'node:assert/strict'
import { copyText, lineTime, occurrences, plainText } from '../../../src/webviews/ui/logLines.ts'
import { logLines } from '../support/executionHistoryHost.ts'

describe('the log', () => {
  it('drops the escape sequences of a terminal', () => {
    assert.equal(plainText('\u001b[31mred\u001b[0m \u001b]0;title\u0007end'), 'red end')
  })

  it('shows times in the zone and finds text in any case', () => {
    const [line] = logLines(1)
    assert.equal(lineTime(line!, 3_600_000), '12:55:00.512')
    assert.deepEqual(occurrences('Line one, line two', 'LINE'), [0, 10])
    assert.deepEqual(occurrences('aaaa', 'aa'), [0, 2])
    assert.deepEqual(occurrences('abc', ''), [])
  })

  it('copies time, stream and text', () => {
    assert.equal(copyText(logLines(1)), '2026-11-23T11:55:00.512Z stdout line 1: fetched rows of orders\n')
  })
})
