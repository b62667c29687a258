import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RuntimeClient } from '../support/runtimeClient.ts'
import { startRuntime } from '../support/runtimeClient.ts'
import { describeEachRuntime } from '../support/runtimeLanguages.ts'

const MiB = 1024 * 1024

const sources = {
  node: `
async function* count(to) { for (let n = 1; n <= to; n++) { await null; yield { n } } }
function* plain() { yield 'a'; yield 'ä' }
const wait = ms => new Promise(resolve => setTimeout(resolve, ms))
let made = 0
async function* large() { try { for (;;) { made += 1; yield Buffer.alloc(100_000, 1) } } finally { console.log('left') } }
async function* tiny() { for (;;) { made += 1; yield 'x' } }
async function* failing() { yield 'before'; throw new RangeError('in the middle') }
async function* failingFirst() { throw new RangeError('at once') }
async function* notJson() { yield { a: 1 }; yield { a: [NaN] } }
async function* typed(response) { yield 'data: 1\\n\\n'; await wait(5); console.log('printed by the stream'); yield 'data: 2\\n\\n' }
async function* nothing() {}
async function* stuck(signal) { yield 'first'; await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))) }
const routes = {
  count: () => count(3), plain, large, tiny, failing, failingFirst, notJson, nothing,
  made: () => made,
  mixed: async function* () { yield Buffer.from([0, 255]); yield 'ä'; yield ['x']; yield null; yield '' },
  typed: (_, { response }) => response(201, { 'Content-Type': 'text/event-stream', 'X-A': 'b' }, typed()),
  slowHead: (_, { response }) => response(200, { 'Content-Type': 'text/event-stream' }, (async function* () { await new Promise(() => {}) })()),
  stuck: (_, { signal }) => stuck(signal),
  nested: () => ({ inner: count(1) }),
  readable: () => new Blob(['from a ', 'stream']).stream(),
}
export const handler = (event, context) => routes[context.request.path.slice(1)](event, context)
`,
  python: `
import asyncio
made = 0
async def count(to):
    for n in range(1, to + 1):
        await asyncio.sleep(0)
        yield {"n": n}
def plain():
    yield "a"
    yield "ä"
def large():
    global made
    try:
        while True:
            made += 1
            yield bytes([1]) * 100000
    finally:
        print("left")
async def tiny():
    global made
    while True:
        made += 1
        yield "x"
async def failing():
    yield "before"
    raise IndexError("in the middle")
def failing_first():
    raise IndexError("at once")
    yield 1
def not_json():
    yield {"a": 1}
    yield {"a": [float("nan")]}
async def typed():
    yield "data: 1\\n\\n"
    await asyncio.sleep(0.005)
    print("printed by the stream")
    yield "data: 2\\n\\n"
async def nothing():
    return
    yield 1
async def stuck():
    yield "first"
    await asyncio.sleep(3600)
async def forever():
    await asyncio.sleep(3600)
    yield 1
def mixed():
    yield bytes([0, 255])
    yield "ä"
    yield ["x"]
    yield None
    yield ""
ROUTES = {
    "count": lambda context: count(3), "plain": lambda context: plain(), "large": lambda context: large(),
    "tiny": lambda context: tiny(), "failing": lambda context: failing(), "failingFirst": lambda context: failing_first(),
    "notJson": lambda context: not_json(), "nothing": lambda context: nothing(), "made": lambda context: made,
    "mixed": lambda context: mixed(),
    "typed": lambda context: context.response(201, {"Content-Type": "text/event-stream", "X-A": "b"}, typed()),
    "slowHead": lambda context: context.response(200, {"Content-Type": "text/event-stream"}, forever()),
    "stuck": lambda context: stuck(), "nested": lambda context: {"inner": plain()},
    "readable": lambda context: iter([b"from a ", b"stream"]),
}
def handler(event, context):
    return ROUTES[context.request.path[1:]](context)
`,
} as const

describeEachRuntime('streams', language => {
  if (language.name !== 'node' && language.name !== 'python') return
  const source = sources[language.name]
  let runtime: RuntimeClient
  let dir: string
  let id = 0

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hks-stream-'))
    await writeFile(join(dir, language.name === 'node' ? 'index.mjs' : 'main.py'), source)
    runtime = await startRuntime(language)
    const { frame } = await runtime.load(dir, language.defaultHandler)
    assert.equal(frame.t, 'result', JSON.stringify(frame))
  })
  after(async () => {
    await runtime.stop()
    await rm(dir, { recursive: true })
  })

  const open = (route: string, credit = MiB) =>
    runtime.stream({ id: `stream-${(id += 1)}`, path: `/${route}`, invocationId: `of-${route}`, credit })
  const whole = async (route: string) => {
    const stream = open(route)
    const { frame } = await stream.head
    const end = await stream.end
    return { frame, end, text: Buffer.concat(stream.chunks).toString(), chunks: stream.chunks }
  }
  const made = async () => Number((await runtime.call({ path: '/made' })).body.toString())

  for (const [route, type, text] of [
    ['count', 'application/x-ndjson', '{"n":1}\n{"n":2}\n{"n":3}\n'],
    ['plain', 'text/plain; charset=utf-8', 'aä'],
    ['readable', 'application/octet-stream', 'from a stream'],
  ] as const) {
    it(`sends what ${route} gives, with a type by its first chunk`, async () => {
      const { frame, end, text: sent } = await whole(route)
      assert.deepEqual([frame.t, frame.stream, frame.status], ['result', true, 200])
      assert.deepEqual(frame.headers, { 'content-type': type })
      assert.deepEqual([end.t, sent], ['end', text])
    })
  }

  it('sends each chunk by its own kind', async () => {
    const { frame, chunks } = await whole('mixed')
    assert.deepEqual(frame.headers, { 'content-type': 'application/octet-stream' })
    assert.deepEqual(Buffer.concat(chunks), Buffer.concat([Buffer.from([0, 255]), Buffer.from('ä["x"]\nnull\n')]))
  })

  it('sends status and headers of context.response, and ties what the stream prints to its call', async () => {
    const { frame, text } = await whole('typed')
    assert.deepEqual([frame.status, frame.headers], [201, { 'content-type': 'text/event-stream', 'x-a': 'b' }])
    assert.equal(text, 'data: 1\n\ndata: 2\n\n')
    const log = await runtime.waitForLog(line => line.text === 'printed by the stream')
    assert.equal(log.invocationId, 'of-typed')
  })

  it('sends the beginning at once where its type is known', async () => {
    const stream = open('slowHead')
    assert.equal((await stream.head).frame.stream, true)
  })

  it('answers a stream without any chunk', async () => {
    const { frame, end, text } = await whole('nothing')
    assert.deepEqual([frame.stream, frame.headers, end.t, text], [true, {}, 'end', ''])
  })

  it('answers a failure before the first chunk as any other', async () => {
    const { frame } = await open('failingFirst').head
    assert.deepEqual([frame.t, frame.code, frame.message], ['error', 'FUNCTION_FAILED', 'at once'])
  })

  it('ends with the failure of a stream that has begun, and logs it', async () => {
    const { frame, end, text } = await whole('failing')
    assert.deepEqual([frame.t, text], ['result', 'before'])
    assert.deepEqual([end.t, end.code, end.message], ['error', 'FUNCTION_FAILED', 'in the middle'])
    assert.ok(runtime.logs.some(log => log.invocationId === 'of-failing' && log.text.includes('in the middle')))
  })

  it('ends with RESULT_INVALID at a chunk that is not JSON', async () => {
    const { end, text } = await whole('notJson')
    assert.equal(text, '{"a":1}\n')
    assert.deepEqual([end.t, end.code], ['error', 'RESULT_INVALID'])
    assert.match(String(end.message), /\$\.a\[0\] is NaN/)
  })

  it('refuses a stream inside of a value', async () => {
    const { frame } = await runtime.call({ path: '/nested' })
    assert.deepEqual([frame.t, frame.code], ['error', 'RESULT_INVALID'])
    assert.match(String(frame.message), /only the answer as a whole can be a stream/)
  })

  it('waits for its reader, while other calls are answered, and goes on with credit', async () => {
    const before = await made()
    const stream = open('large', 250_000)
    await stream.until(chunks => Buffer.concat(chunks).length >= 250_000)
    // Both answers behind it: what it could send without credit has been sent.
    await made()
    const [count, sent] = [await made(), Buffer.concat(stream.chunks).length]
    assert.ok(sent < 250_000 + 65_536 + 128, String(sent))
    assert.ok(count - before <= 4, String(count - before))
    for (const chunk of stream.chunks) assert.ok(chunk.length <= 65_536)
    stream.credit(500_000)
    await stream.until(chunks => Buffer.concat(chunks).length > sent + 400_000)
    runtime.cancel(`stream-${id}`, 'client')
    assert.equal((await stream.end).t, 'error')
    const left = await runtime.waitForLog(log => log.text === 'left')
    assert.equal(left.invocationId, 'of-large')
  })

  it('counts small chunks for more than their bytes', async () => {
    const stream = open('tiny', 12_900)
    await stream.until(chunks => chunks.length >= 100)
    await made()
    assert.equal(stream.chunks.length, 100)
    runtime.cancel(`stream-${id}`, 'client')
    await stream.end
  })

  it('ends one that waits for something else when its reader has gone', async () => {
    const stream = open('stuck')
    await stream.until(chunks => chunks.length === 1)
    runtime.cancel(`stream-${id}`, 'client')
    assert.equal((await stream.end).t, 'error')
    assert.ok(!runtime.logs.some(log => log.invocationId === 'of-stuck'))
  })

  it('takes credit for a call that has ended', async () => {
    runtime.send({ t: 'credit', id: 'nobody', credit: 5 })
    assert.equal((await whole('plain')).text, 'aä')
  })
})
