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
  go: `package function

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"sync/atomic"
	"time"

	"hexabase.io/hks"
)

type object = map[string]any

var made atomic.Int64

// The shapes of iter.Seq and iter.Seq2, which older versions of Go do not name.
type seq[T any] func(yield func(T) bool)
type seq2[T any] func(yield func(T, error) bool)

func count(yield func(object) bool) {
	for n := 1; n <= 3 && yield(object{"n": n}); n++ {
	}
}
func plain(yield func(string, error) bool) { _ = yield("a", nil) && yield("ä", nil) }
func large(yield func([]byte) bool) {
	defer fmt.Println("left")
	for chunk := []byte(strings.Repeat("x", 100_000)); ; {
		made.Add(1)
		if !yield(chunk) {
			return
		}
	}
}
func tiny(yield func(string) bool) {
	for {
		made.Add(1)
		if !yield("x") {
			return
		}
	}
}
func failing(yield func(any, error) bool) {
	_ = yield("before", nil) && yield(nil, errors.New("in the middle"))
}
func failingFirst(yield func(any, error) bool) { yield(nil, errors.New("at once")) }
func notJSON(yield func(any) bool)             { _ = yield(object{"a": 1}) && yield(object{"a": []any{math.NaN()}}) }
func typed(yield func(string) bool) {
	yield("data: 1\\n\\n")
	time.Sleep(5 * time.Millisecond)
	fmt.Println("printed by the stream")
	yield("data: 2\\n\\n")
}
func mixed(yield func(any) bool) {
	_ = yield([]byte{0, 255}) && yield("ä") && yield([]string{"x"}) && yield(nil) && yield("")
}
func waiting(ctx context.Context, first string) seq2[string] {
	return func(yield func(string, error) bool) {
		if first == "" || yield(first, nil) {
			<-ctx.Done()
			yield("", ctx.Err())
		}
	}
}

type closing struct {
	io.Reader
	ctx context.Context
}

func (c closing) Close() error {
	fmt.Println("closed")
	return nil
}

type blocked struct{ closed chan struct{} }

func (b blocked) Read([]byte) (int, error) {
	<-b.closed
	return 0, io.ErrClosedPipe
}
func (b blocked) Close() error {
	fmt.Println("closed while it was read")
	close(b.closed)
	return nil
}

type broken struct{}

func (broken) Read(into []byte) (int, error) { return copy(into, "before"), io.ErrUnexpectedEOF }

func Handle(ctx *hks.Context, _ any) (any, error) {
	events := map[string][]string{"Content-Type": {"text/event-stream"}, "X-A": {"b"}}
	switch ctx.Request.Path[1:] {
	case "count":
		return seq[object](count), nil
	case "plain":
		return plain, nil
	case "large":
		return large, nil
	case "tiny":
		return tiny, nil
	case "failing":
		return failing, nil
	case "failingFirst":
		return failingFirst, nil
	case "notJson":
		return notJSON, nil
	case "nothing":
		return func(func(int) bool) {}, nil
	case "made":
		return made.Load(), nil
	case "mixed":
		return mixed, nil
	case "typed":
		return ctx.Response(201, events, typed)
	case "slowHead":
		return ctx.Response(200, events, waiting(ctx, ""))
	case "stuck":
		return waiting(ctx, "first"), nil
	case "nested":
		return object{"inner": seq[object](count)}, nil
	case "nestedReader":
		return []any{strings.NewReader("a")}, nil
	case "panicking":
		return func(yield func(string) bool) { yield("before"); panic("in the middle") }, nil
	case "breaking":
		return broken{}, nil
	case "blocked":
		return ctx.Response(200, events, blocked{make(chan struct{})})
	}
	return closing{Reader: strings.NewReader("from a stream"), ctx: ctx}, nil
}
`,
} as const

describeEachRuntime('streams', language => {
  const source = sources[language.name]
  let runtime: RuntimeClient
  let dir: string
  let id = 0

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hks-stream-'))
    await writeFile(join(dir, { node: 'index.mjs', python: 'main.py', go: 'function.go' }[language.name]), source)
    runtime = await startRuntime(language)
    const loaded = language.build ? await language.build(dir, language.defaultHandler) : dir
    const { frame } = await runtime.load(loaded, language.defaultHandler)
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

  if (language.name === 'go') {
    it('closes a reader at its end', async () => {
      await whole('readable')
      const { invocationId } = await runtime.waitForLog(log => log.text === 'closed')
      assert.equal(invocationId, 'of-readable')
    })

    it('closes a reader that waits when its reader has gone', async () => {
      const stream = open('blocked')
      await stream.head
      runtime.cancel(`stream-${id}`, 'client')
      assert.equal((await stream.end).t, 'error')
      await runtime.waitForLog(log => log.text === 'closed while it was read')
    })

    it('ends with the failure of a reader, behind what it gave', async () => {
      const { end, text } = await whole('breaking')
      assert.deepEqual([end.t, end.code, end.message, text], ['error', 'FUNCTION_FAILED', 'unexpected EOF', 'before'])
    })

    it('ends with the panic of an iterator, and answers further calls', async () => {
      const { end, text } = await whole('panicking')
      assert.deepEqual([end.t, end.message, text], ['error', 'in the middle', 'before'])
      assert.equal((await whole('plain')).text, 'aä')
    })

    it('refuses a reader inside of a value', async () => {
      const { frame } = await runtime.call({ path: '/nestedReader' })
      assert.match(String(frame.message), /\$\[0\] is a \*strings\.Reader; only the answer as a whole can be a stream/)
    })
  }
})
