import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { Answer, RuntimeClient } from '../support/runtimeClient.ts'
import { startRuntime } from '../support/runtimeClient.ts'
import { describeEachRuntime, loadRoutes } from '../support/runtimeLanguages.ts'

const json = { 'content-type': 'application/json' }

/** Routes whose answer is the same bytes in every language; text in Go can't hold half a surrogate pair. */
const jsonAnswers: readonly (readonly [string, string, 'go'?])[] = [
  ['nothing', 'null'],
  ['surrogate', '"a\\ud800b"', 'go'],
  ['text', '"grüße 日本"'],
  ['lookalike', '{"status":404,"headers":{},"body":"plain data"}'],
]

const responses: readonly (readonly [
  string,
  unknown,
  { status: number; headers: Record<string, unknown>; body: string },
])[] = [
  [
    'a string',
    { status: 418, headers: { 'X-A': 'b', 'X-N': 1 }, body: 'tea' },
    { status: 418, headers: { 'x-a': 'b', 'x-n': '1', 'content-type': 'text/plain; charset=utf-8' }, body: 'tea' },
  ],
  [
    'a string with its own type',
    { status: 200, headers: { 'Content-Type': 'text/html' }, body: '<p>' },
    { status: 200, headers: { 'content-type': 'text/html' }, body: '<p>' },
  ],
  ['a JSON value', { status: 202, body: { a: [1] } }, { status: 202, headers: json, body: '{"a":[1]}' }],
  [
    'several values of a header',
    { status: 200, headers: { 'Set-Cookie': ['a=1', 'b=2'] }, body: false },
    { status: 200, headers: { 'set-cookie': ['a=1', 'b=2'], ...json }, body: 'false' },
  ],
  ['no body', { status: 204 }, { status: 204, headers: {}, body: '' }],
]

const refusedResponses: readonly (readonly [string, unknown, RegExp, 'go'?])[] = [
  ['a status that HTTP does not have', { status: 99 }, /status must be a whole number from 200 to 599, got 99/],
  ['a status as text', { status: '200' }, /status must be a whole number from 200 to 599, got ("200"|'200')$/, 'go'],
  ['a header name with a space', { status: 200, headers: { 'a b': '1' } }, /is not a header name/],
  ['a header value with a line break', { status: 200, headers: { a: 'x\r\nb: c' } }, /the value of header a must be/],
  ['a body where there can be none', { status: 204, body: 'x' }, /an answer with status 204 has no body/],
]

const invalidResults: readonly (readonly [string, RegExp])[] = [
  ['notFinite', /^the result is not JSON: \$\.a\[2\] is NaN$/],
  [
    'resultBytes',
    /^the result is not JSON: \$\.picture is bytes \((Uint8Array|bytes|\[\]byte)\); answer bytes with (context\.response|ctx\.Response)/,
  ],
  ['resultCircle', /^the result is not JSON: \$\[1\]\.again is a reference to one of its own parents$/],
  [
    'resultPending',
    /^the result is not JSON: \$\.a\["b c"\] is a ((promise|Future); await it first|chan int, which has no JSON form)$/,
  ],
  ['resultDeep', /^the result is not JSON: \$ is nested too deeply$/],
]

describeEachRuntime('answers', language => {
  let runtime: RuntimeClient
  const call = (path: string, event: unknown): Promise<Answer> =>
    runtime.call({ path: `/${path}`, headers: json, body: JSON.stringify(event) })

  before(async () => {
    runtime = await startRuntime(language)
    await loadRoutes(runtime, language)
  })
  after(() => runtime.stop())

  for (const [route, bytes, except] of jsonAnswers) {
    if (except === language.name) continue
    it(`answers ${route} as the JSON ${bytes}`, async () => {
      const { frame, body } = await runtime.call({ path: `/${route}` })
      assert.deepEqual([frame.status, frame.headers, body.toString()], [200, json, bytes])
    })
  }

  for (const [name, given, { status, headers, body }] of responses) {
    it(`answers ${name} given to context.response`, async () => {
      const answer = await call('respond', given)
      assert.deepEqual([answer.frame.status, answer.frame.headers, answer.body.toString()], [status, headers, body])
    })
  }

  it('answers an empty 200 for context.response without arguments', async () => {
    const { frame, body } = await runtime.call({ path: '/respondDefault' })
    assert.deepEqual([frame.status, frame.headers, body.length], [200, {}, 0])
  })

  for (const [name, given, message, except] of refusedResponses) {
    if (except === language.name) continue
    it(`fails in the handler for ${name}`, async () => {
      const { frame } = await call('respond', given)
      assert.deepEqual(
        [frame.t, frame.code, frame.type],
        ['error', 'FUNCTION_FAILED', language.name === 'go' ? 'hks.ResponseError' : 'TypeError'],
      )
      assert.match(String(frame.message), message)
    })
  }

  it('carries 10 MB of bytes both ways, and leaves framing headers to the platform', async () => {
    const sent = randomBytes(10 * 1024 * 1024)
    const { frame, body } = await runtime.call({ path: '/respondBytes', body: sent })
    assert.deepEqual(
      [frame.status, frame.headers],
      [201, { 'x-kind': 'bytes', 'content-type': 'application/octet-stream' }],
    )
    assert.ok(body.equals(sent))
  })

  for (const [route, message] of invalidResults) {
    it(`refuses ${route} as RESULT_INVALID`, async () => {
      const { frame } = await runtime.call({ path: `/${route}` })
      assert.deepEqual([frame.t, frame.code, frame.type], ['error', 'RESULT_INVALID', 'ResultInvalid'])
      assert.match(String(frame.message), message)
    })
  }

  it('answers an exception with type, message and a stack of the function alone', async () => {
    const { frame } = await runtime.call({ path: '/fail', invocationId: 'failing' })
    const type = { node: 'RangeError', python: 'IndexError', go: 'function.rangeError' }[language.name]
    assert.deepEqual([frame.t, frame.code, frame.type, frame.message], ['error', 'FUNCTION_FAILED', type, 'too far'])
    const stack = String(frame.stack)
    assert.match(stack, new RegExp(`${type}: too far`))
    assert.match(stack, new RegExp(`routes\\.${language.extension}`))
    assert.doesNotMatch(stack, /runtimes[/\\](node|python|go)|hexabase\.io|node:internal|test\/runtimes/)
    const logged = runtime.logs.filter(log => log.invocationId === 'failing')
    assert.equal(logged.map(log => log.text).join('\n'), stack)
    assert.ok(logged.every(log => log.stream === 'err'))
  })

  if (language.name === 'node')
    it('shows what is in a thrown value that is no error', async () => {
      const messages = ['{ a: 1, b: [ [Object] ] }', 'plain text', "[ 'a' ]", 'Symbol(s)', 'undefined']
      for (const [index, message] of messages.entries()) {
        const { frame } = await call('throwValue', index)
        assert.deepEqual([frame.t, frame.code, frame.message], ['error', 'FUNCTION_FAILED', message])
      }
      const { frame } = await call('throwValue', messages.length)
      const long = String(frame.message)
      assert.match(long, /^\{ text: 'x{1000}'\.\.\. 999000 more characters, list: \[ 0, 0, .* 999900 more items \] \}$/)
    })

  it('gives each of 100 calls at once its own answer', async () => {
    const numbers = Array.from({ length: 100 }, (_, n) => n)
    const answers = await Promise.all(numbers.map(n => call('later', { n, ms: (n * 37) % 50 })))
    assert.deepEqual(
      answers.map(({ body }) => (JSON.parse(body.toString()) as { n: number }).n),
      numbers,
    )
  })
})
