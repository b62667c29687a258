import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { errorCodes, HksError } from '../../../src/contract/errors.ts'
import { answerDocument } from '../../../src/extension/model/answerDocument.ts'
import { curlCommand } from '../../../src/extension/model/curl.ts'
import { explainFailure } from '../../../src/extension/model/failure.ts'
import { untranslated as t } from '../../../src/extension/model/localize.ts'
import { logText, stripAnsi } from '../../../src/extension/model/logText.ts'
import { scheduleWords } from '../../../src/extension/model/scheduleWords.ts'
import { duration, relativeTime, runLength, stopwatch } from '../../../src/extension/model/time.ts'
import { codeMarkdown, escapeMarkdown } from '../../../src/extension/model/treeNode.ts'

const table = <T>(title: string, rows: [T, string][], show: (value: T) => string): void => {
  for (const [value, text] of rows) it(`${title} "${text}"`, () => assert.equal(show(value), text))
}
const second = 1000
const hour = 3600 * second

describe('times in words', () => {
  table<number>(
    'say a length of time as',
    [
      [0, '0 s'],
      [59 * second, '59 s'],
      [61 * second, '1 m'],
      [hour, '1 h'],
      [3 * hour + 12 * 60 * second, '3 h 12 m'],
      [49 * hour, '2 d 1 h'],
    ],
    value => duration(value, t),
  )
  table<number>(
    'say the length of a run as',
    [
      [412, '0.4 s'],
      [12_300, '12 s'],
      [185_000, '3 m 5 s'],
      [2 * hour, '2 h'],
    ],
    value => runLength(value, t),
  )
  table<number>(
    'say a distance as',
    [
      [5 * second, 'in 5 s'],
      [-14 * 60 * second, '14 m ago'],
      [0, 'now'],
    ],
    value => relativeTime(value, 0, t),
  )
  table<number>(
    'show a running clock as',
    [
      [42_900, '0:42'],
      [3_723_000, '1:02:03'],
      [-5, '0:00'],
    ],
    stopwatch,
  )
})

describe('schedules in words', () => {
  table<string>(
    'say',
    [
      ['0 * * * *', 'Hourly'],
      ['7 * * * *', 'Hourly at minute 7'],
      ['@midnight', 'Daily at 00:00'],
      ['30 2 * * *', 'Daily at 02:30'],
      ['0 9 * * 1,5', 'Mon, Fri at 09:00'],
      ['0 0 1 * *', 'Monthly on day 1 at 00:00'],
      ['* * * * *', 'Every minute'],
      ['*/5 * * * *', 'Every 5 minutes'],
      ['0 */2 * * *', 'Every 2 hours'],
      ['15 */2 * * *', 'Every 2 hours at minute 15'],
    ],
    schedule => scheduleWords(schedule, { t, locale: 'en' }),
  )

  it('are a whole sentence where no picker says it', () => {
    assert.match(scheduleWords('0 9 1 1 *', { t, locale: 'en' }), /January/)
  })
})

describe('a failure', () => {
  it('is a sentence for every code, and silent only for what was cancelled', () => {
    for (const code of errorCodes) {
      const failure = explainFailure(new HksError(code, 'It broke'), t)
      if (code === 'CANCELLED') assert.equal(failure, undefined)
      else assert.equal(failure?.message, 'It broke.')
    }
    assert.equal(explainFailure(AbortSignal.abort().reason, t), undefined)
  })

  it('ends with what to do next', () => {
    const failure = explainFailure(new HksError('CONFLICT', 'It is there already.', { hint: 'Choose another name' }), t)
    assert.equal(failure?.message, 'It is there already. Choose another name.')
  })

  it('offers the file and the line that are at fault', () => {
    const failure = explainFailure(new HksError('INVALID_SOURCE', 'x', { details: { file: '/a.py', line: 3 } }), t)
    assert.deepEqual(failure?.place, { file: '/a.py', line: 3 })
    assert.deepEqual(failure?.actions, ['openFile'])
  })

  it('offers the command that installs a missing runtime', () => {
    const failure = explainFailure(
      new HksError('RUNTIME_MISSING', 'Python is missing', { hint: 'Install it with: apt install python3' }),
      t,
    )
    assert.equal(failure?.command, 'apt install python3')
    assert.deepEqual(failure?.actions, ['copyHint', 'retry'])
    const link = new HksError('RUNTIME_MISSING', 'Node is missing', { hint: 'Install it from https://nodejs.org.' })
    assert.deepEqual(explainFailure(link, t)?.actions, ['retry'])
  })

  it('of the gateway offers to retry and its log', () => {
    const failure = explainFailure(new HksError('GATEWAY_UNREACHABLE', 'x'), t)
    assert.deepEqual(failure?.actions, ['retry', 'restartGateway', 'showGatewayLog'])
  })

  it('that is foreign is shown with its own words', () => {
    assert.equal(explainFailure(new Error('EACCES: denied'), t)?.message, 'EACCES: denied.')
    assert.equal(explainFailure('odd', t)?.message, 'odd.')
  })
})

describe('a line of a log', () => {
  const line = { seq: 1, time: '2026-11-22T14:00:00.512Z', text: 'hello' } as const

  it('shows its time, its stream and its text', () => {
    assert.match(logText({ ...line, stream: 'stdout' }), /^\d\d:\d\d:00\.512 out {2}hello$/)
    assert.match(logText({ ...line, stream: 'stderr' }), / err {2}hello$/)
    assert.match(logText({ ...line, stream: 'system' }), / hks {2}hello$/)
  })

  it('says how much of it was cut off', () => {
    assert.match(logText({ ...line, stream: 'stdout', truncated: 77 }), /hello … \(77 bytes cut off\)$/)
  })

  it('loses its terminal escapes and nothing else', () => {
    assert.equal(
      stripAnsi('\u001b[1;31mred\u001b[0m \u001b]8;;http://x\u0007link\u001b]8;;\u0007 [0m\r'),
      'red link [0m',
    )
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '[', ']', '0', ';', 'm', ' ') }),
        text => stripAnsi(text) === text,
      ),
    )
  })
})

describe('Markdown', () => {
  it('shows any text as code, whatever backticks are in it', () => {
    assert.equal(codeMarkdown('a'), '`a`')
    assert.equal(codeMarkdown('a `b` ``c``'), '``` a `b` ``c`` ```')
  })

  it('shows any text as it is', () => assert.equal(escapeMarkdown('*a* <b> [c](d)'), '\\*a\\* \\<b\\> \\[c\\]\\(d\\)'))
})

describe('the answer of a function', () => {
  const answer = (body: string | Uint8Array, contentType?: string, status = 200) =>
    answerDocument(
      {
        status,
        contentType,
        body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
        elapsed: 7.94,
        code: undefined,
      },
      t,
    )

  it('is indented JSON with status, duration and size', () => {
    const shown = answer('{"a":1}', 'application/json; charset=utf-8')
    assert.deepEqual(shown, { language: 'json', text: '{\n  "a": 1\n}\n', summary: '200 · 7.9 ms · 7 B' })
  })

  it('is shown as it is when it only claims to be JSON', () => assert.equal(answer('{', 'application/json').text, '{'))

  it('is highlighted when it is HTML, and plain otherwise', () => {
    assert.equal(answer('<p>', 'text/html').language, 'html')
    assert.deepEqual(answer('hi'), { language: 'plaintext', text: 'hi', summary: '200 · 7.9 ms · 2 B' })
  })

  it('is only counted when it is no text', () => {
    assert.equal(answer(new Uint8Array([0, 255, 254]), 'image/png').text, '3 B of image/png, which is not text.')
  })

  it('names the code when the platform made it', () => {
    const shown = answerDocument(
      { status: 504, contentType: undefined, body: new Uint8Array(), elapsed: 30_000, code: 'TIMEOUT' },
      t,
    )
    assert.equal(shown.summary, '504 · TIMEOUT · 30.0 s · 0 B')
  })
})

describe('a payload', () => {})

describe('a curl command', () => {
  it('gives a shell exactly the address, headers and payload', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary-ascii', minLength: 1 }).filter(s => !s.includes('\0')),
        payload => {
          const command = curlCommand(
            { url: 'http://127.0.0.1:1/f/1', headers: { 'HKS-Function-Token': "a'b" } },
            { kind: 'json', text: payload },
          )
          const script = `curl() { printf '%s\\0' "$@"; }\n${command}`
          const { stdout } = spawnSync('sh', ['-c', script], { encoding: 'utf8' })
          assert.deepEqual(stdout.split('\0').slice(0, -1), [
            '-sS',
            'http://127.0.0.1:1/f/1',
            '-H',
            "HKS-Function-Token: a'b",
            '-H',
            'Content-Type: application/json',
            '--data-raw',
            payload,
          ])
        },
      ),
      { numRuns: 20 },
    )
  })

  it('sends text with its type, and nothing without one', () => {
    const access = { url: 'http://127.0.0.1:1/f/1', headers: {} }
    const text = curlCommand(access, { kind: 'text', text: '@home', contentType: 'text/csv' })
    assert.match(text, /-H 'Content-Type: text\/csv' \\\n {2}--data-raw '@home'$/)
    assert.match(curlCommand(access, { kind: 'empty' }), /^curl -sS '\S+' \\\n {2}-X POST$/)
  })
})
