import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { InvocationPayload } from '../../../src/contract/invocations.ts'
import {
  callText,
  failureOf,
  shownText,
  sizeText,
  stopwatch,
} from '../../../src/webviews/functionInvoke/modelAnswer.ts'
import { mergeCalls } from '../../../src/webviews/functionInvoke/modelCalls.ts'
import {
  draftProblem,
  firstDraft,
  payloadIn,
  payloadOf,
  withPayload,
} from '../../../src/webviews/functionInvoke/modelDraft.ts'
import { jsonProblem } from '../../../src/webviews/functionInvoke/modelJsonProblem.ts'
import { replayOf } from '../../../src/webviews/functionInvoke/replay.ts'
import { answerOf, endedCall } from '../support/functionInvokeHost.ts'
import { invocationOf } from '../support/functions.ts'

describe('what is wrong with a JSON text', () => {
  const cases: readonly (readonly [string, number, number, RegExp])[] = [
    ['', 1, 1, /^A value is missing here/],
    ['{', 1, 2, /^The object does not end/],
    ['[', 1, 2, /^The list does not end/],
    ['{"a": 1,}', 1, 9, /^No comma may stand before \}/],
    ['{"a": 1,', 1, 9, /^A name is missing after the comma/],
    ['[1,]', 1, 4, /^No comma may stand before \]/],
    ['{a: 1}', 1, 2, /^Names need double quotes/],
    ["{'a': 1}", 1, 2, /^Names need double quotes/],
    ['{"a" 1}', 1, 6, /^A colon must follow the name/],
    ['{"a": 1\n "b": 2}', 2, 2, /^A comma or \} is missing here/],
    ['[1 2]', 1, 4, /^A comma or \] is missing here/],
    ["['a']", 1, 2, /^Texts need double quotes/],
    ['{"a": True}', 1, 7, /^True is no value in JSON/],
    ['[01]', 1, 2, /^This is no number/],
    ['[+1]', 1, 2, /^This is no number/],
    ['[1.]', 1, 2, /^This is no number/],
    ['["a\nb"]', 1, 2, /^The text does not end on its line/],
    ['["a', 1, 2, /^The text does not end: "/],
    ['["a\tb"]', 1, 4, /^A tab or another control character/],
    ['["a\\x"]', 1, 4, /^No such character can be written with a backslash/],
    ['{} {}', 1, 4, /^Nothing may follow the value/],
    ['[1}', 1, 3, /^A comma or \] is missing here/],
    ['{"a":}', 1, 6, /^A value is missing here/],
    [`${'['.repeat(200_000)}`, 1, 200_001, /^The list does not end/],
  ]
  for (const [text, line, column, message] of cases)
    it(`is found in ${text.slice(0, 20).replaceAll('\n', '⏎')}`, () => {
      const problem = jsonProblem(text)
      assert.deepEqual([problem?.line, problem?.column], [line, column])
      assert.match(problem?.message ?? '', message)
    })

  it('is nothing exactly where a parser takes it, and lies inside the text otherwise', () => {
    const damaged = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '"', '}', ']', ':', '\\', 'x', '\n'))
      .map(([text, at, put]) => text.slice(0, at % (text.length + 1)) + put + text.slice((at % (text.length + 1)) + 1))
    fc.assert(
      fc.property(fc.oneof(damaged, fc.string()), text => {
        const problem = jsonProblem(text)
        let isValid = true
        try {
          JSON.parse(text)
        } catch {
          isValid = false
        }
        assert.equal(problem === undefined, isValid)
        if (problem === undefined) return
        assert.ok(problem.offset >= 0 && problem.offset <= text.length)
        const before = text.split('\n').slice(0, problem.line - 1)
        assert.equal(problem.offset, before.reduce((sum, line) => sum + line.length + 1, 0) + problem.column - 1)
      }),
      { numRuns: 500 },
    )
  })
})

describe('what is typed to be sent', () => {
  it('keeps the text of each kind while another is chosen', () => {
    const text = withPayload(firstDraft, { kind: 'text', text: 'a;b', contentType: 'text/csv ' })
    const empty = withPayload({ ...text, json: '[1]' }, { kind: 'empty' })
    assert.deepEqual(payloadIn(empty), { kind: 'empty' })
    assert.deepEqual(payloadIn({ ...empty, kind: 'json' }), { kind: 'json', text: '[1]' })
    assert.deepEqual(payloadIn({ ...empty, kind: 'text' }), { kind: 'text', text: 'a;b', contentType: 'text/csv' })
  })

  it('needs a content type that is one', () => {
    const typed = (contentType: string) => draftProblem({ ...firstDraft, kind: 'text', contentType })?.field
    for (const good of ['text/plain', 'text/plain; charset=utf-8', 'application/vnd.api+json'])
      assert.equal(typed(good), undefined)
    for (const bad of ['', 'text', 'text/', 'a b/c', 'text/plain\nX: y']) assert.equal(typed(bad), 'contentType')
  })
})

describe('what a call was sent', () => {
  const sent = (change: Partial<InvocationPayload>): InvocationPayload => ({
    headers: { 'content-type': 'application/json' },
    body: '{"a":1}',
    encoding: 'utf8',
    masked: false,
    ...change,
  })

  it('goes into the editor where that can hold it', () => {
    assert.deepEqual(payloadOf(sent({})), { kind: 'json', text: '{"a":1}' })
    assert.deepEqual(payloadOf(sent({ headers: {}, body: '' })), { kind: 'empty' })
    const csv = sent({ headers: { 'content-type': ['text/csv'] }, body: 'a' })
    assert.deepEqual(payloadOf(csv), { kind: 'text', text: 'a', contentType: 'text/csv' })
  })

  it('is sent again as it was where it is bytes, a CloudEvent, or of no type', () => {
    for (const odd of [
      sent({ encoding: 'base64', body: 'AAE=' }),
      sent({ headers: { 'content-type': 'application/json', 'ce-id': '1' } }),
      sent({ headers: {} }),
    ]) {
      assert.equal(payloadOf(odd), undefined)
      assert.equal(replayOf({ ...invocationOf(), request: odd }).kind, 'same')
    }
  })

  it('is not sent again with a masked secret in it, nor where it is not kept', () => {
    assert.equal(replayOf({ ...invocationOf(), request: sent({ masked: true }) }).kind, 'fill')
    const bytes = sent({ masked: true, encoding: 'base64' })
    assert.equal(replayOf({ ...invocationOf(), request: bytes }).kind, 'never')
    const text = (change: Parameters<typeof invocationOf>[0]) => {
      const replay = replayOf(invocationOf(change))
      return replay.kind === 'never' ? replay.notice.text : ''
    }
    assert.match(text({}) as string, /the last 20 payloads/)
    assert.match(text({ requestBytes: 100_000 }) as string, /97\.7 KiB, and at most 64 KiB/)
    assert.match(text({ source: 'url' }) as string, /sent to the URL/)
    assert.match(text({ source: 'schedule' }) as string, /A CronJob made this call/)
  })
})

describe('the list of calls', () => {
  it('has each once, newest first, and never turns an end back into a run', () => {
    const first = invocationOf({ id: 'a', startedAt: '2026-11-23T11:00:00.000Z' })
    const { completedAt: _c, durationMs: _d, ...rest } = first
    const running = { ...rest, outcome: 'running' as const }
    const later = invocationOf({ id: 'b', startedAt: '2026-11-23T11:30:00.000Z' })
    assert.deepEqual(mergeCalls([running], [later, first]), [later, first])
    assert.deepEqual(mergeCalls([later, first], [running]), [later, first])
  })

  it('says of each how it stands', () => {
    const now = Date.parse('2026-11-23T11:59:42.000Z')
    assert.equal(callText(invocationOf(), now), '200 · 8 ms')
    assert.equal(callText(invocationOf({ outcome: 'running' }), now), 'running 0:42')
    const message = "The function raised an exception. KeyError: 'name'"
    assert.equal(
      callText(invocationOf({ outcome: 'failed', statusCode: 500, message }), now),
      "500 · KeyError: 'name' · 8 ms",
    )
  })
})

describe('an answer', () => {
  it('is indented when it is whole and JSON, and stands as it came otherwise', () => {
    const text = '{"n":12345678901234567890}'
    const json = answerOf({ text })
    assert.equal(shownText(json, true), '{\n  "n": 12345678901234567890\n}')
    assert.equal(shownText(json, false), text)
    assert.equal(shownText({ ...json, isCut: true }, true), text)
    assert.equal(shownText(answerOf({ text: '{not json' }), true), '{not json')
    assert.equal(shownText(answerOf({ text, headers: { 'content-type': 'text/plain' } }), true), text)
  })

  it('tells a failure of the platform, and none where the function itself answered 500', () => {
    assert.equal(failureOf(endedCall('x', { answer: answerOf({ status: 500 }) })), undefined)
    const text = '{"error":"No process was free.","code":"FUNCTION_OVERLOADED","hint":"Call later."}'
    assert.deepEqual(
      failureOf(endedCall('x', { answer: answerOf({ status: 429, code: 'FUNCTION_OVERLOADED', text }) })),
      {
        code: 'FUNCTION_OVERLOADED',
        message: 'No process was free.',
        hint: 'Call later.',
        stack: undefined,
      },
    )
  })

  it('has its size and its running time in words', () => {
    assert.deepEqual([0, 1023, 1536, 1024 * 1024].map(sizeText), ['0 B', '1023 B', '1.5 KiB', '1.0 MiB'])
    assert.deepEqual([0, 61_000, 3_723_000].map(stopwatch), ['0:00', '1:01', '1:02:03'])
  })
})
