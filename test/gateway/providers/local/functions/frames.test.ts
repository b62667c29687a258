import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  createFrameReader,
  encodeFrame,
  type FrameHeader,
  MalformedFrame,
} from '../../../../../src/gateway/providers/local/functions/frames.ts'
import { parseRuntimeFrame } from '../../../../../src/gateway/providers/local/functions/runtimeFrames.ts'

interface Read {
  readonly header: FrameHeader
  readonly body: Uint8Array | undefined
  readonly bytes: number
}

const readAll = (chunks: Iterable<Uint8Array>, maxBodyBytes = 1e6): readonly Read[] => {
  const frames: Read[] = []
  const push = createFrameReader((header, body, bytes) => frames.push({ header, body, bytes }), maxBodyBytes)
  for (const chunk of chunks) push(chunk)
  return frames
}

function* cut(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  let at = 0
  for (let i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length]!
    yield bytes.subarray(at, at + size)
    at += size
  }
}

describe('frames', function () {
  this.timeout(60_000)

  it('arrive as they were sent, whatever the chunks', () => {
    const frame = fc.record({ text: fc.string({ unit: 'binary' }), body: fc.option(fc.uint8Array({ maxLength: 300 })) })
    fc.assert(
      fc.property(fc.array(frame), fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1 }), (sent, sizes) => {
        const bytes = Buffer.concat(sent.flatMap(({ text, body }) => encodeFrame({ t: 'x', text }, body ?? undefined)))
        const got = readAll(cut(bytes, sizes))
        assert.deepEqual(
          got.map(({ header, body }) => ({ text: header.text, body: Buffer.from(body!).toString('hex') })),
          sent.map(({ text, body }) => ({
            text: JSON.parse(JSON.stringify(text)) as string,
            body: Buffer.from(body ?? []).toString('hex'),
          })),
        )
      }),
    )
  })

  it('with a body that is too large are told by their size, and the next one is whole', () => {
    const bytes = Buffer.concat([
      ...encodeFrame({ t: 'a' }, new Uint8Array(5000)),
      ...encodeFrame({ t: 'b' }, Buffer.from('ok')),
    ])
    const [large, next] = readAll(cut(bytes, [700]), 4999)
    assert.deepEqual([large?.header.t, large?.body, large?.bytes], ['a', undefined, 5000])
    assert.equal(Buffer.from(next!.body!).toString(), 'ok')
  })

  it('of 10 MB in small chunks are put together without copying them again and again', () => {
    const body = Buffer.alloc(10_000_000, 7)
    const [frame] = readAll(cut(Buffer.concat([...encodeFrame({ t: 'a' }, body)]), [100]), 20_000_000)
    assert.ok(body.equals(frame!.body!))
  })

  for (const text of [
    'nonsense\n',
    '[]\n',
    'null\n',
    '{}\n',
    '{"t":1}\n',
    '{"t":"x","bytes":-1}\n',
    '{"t":"x","bytes":1.5}\n',
    '{"t":"x","bytes":"9"}\n',
    '\n',
  ]) {
    it(`that are ${JSON.stringify(text)} are malformed`, () => {
      assert.throws(() => readAll([Buffer.from(text)]), MalformedFrame)
    })
  }

  it('whose line never ends are malformed', () => {
    const chunk = Buffer.alloc(64 * 1024, 'x')
    assert.throws(() => readAll(Array.from({ length: 17 }, () => chunk)), MalformedFrame)
  })
})

describe('a frame of a runtime', () => {
  const wrong: readonly FrameHeader[] = [
    { t: 'result', id: 1 },
    { t: 'result', id: 'a', status: 99 },
    { t: 'result', id: 'a', status: '200' },
    { t: 'result', id: 'a', headers: { 'bad name': 'x' } },
    { t: 'result', id: 'a', headers: { a: 'x\r\nSet-Cookie: y' } },
    { t: 'result', id: 'a', headers: { a: ['x', 1] } },
    { t: 'result', id: 'a', headers: [] },
    { t: 'error', id: 'a', code: 'FUNCTION_FAILED', type: 'E', message: 'm' },
    { t: 'log', stream: 'out', time: 'now', text: 'x' },
    { t: 'ready', pid: 1 },
    { t: 'load' },
  ]
  for (const header of wrong) {
    it(`that is ${JSON.stringify(header)} is refused`, () => {
      assert.throws(() => parseRuntimeFrame(header), MalformedFrame)
    })
  }

  it('that answers loses the headers that are not the function’s to set', () => {
    const headers = { 'X-A': 'b', 'Transfer-Encoding': 'chunked', 'HKS-Error': 'X', 'Content-Length': '3' }
    assert.deepEqual(parseRuntimeFrame({ t: 'result', id: 'a', status: 201, headers }), {
      t: 'result',
      id: 'a',
      status: 201,
      headers: { 'x-a': 'b' },
      stream: false,
    })
  })
})
