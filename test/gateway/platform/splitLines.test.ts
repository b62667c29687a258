import assert from 'node:assert/strict'
import fc from 'fast-check'
import { createLineSplitter, type SplitLine } from '../../../src/gateway/platform/splitLines.ts'

const split = (chunks: readonly Uint8Array[], maxBytes?: number): SplitLine[] => {
  const splitter = createLineSplitter(maxBytes)
  return [...chunks.flatMap(chunk => splitter.push(chunk)), ...splitter.flush()]
}
const texts = (text: string) => split([Buffer.from(text)]).map(line => line.text)

describe('createLineSplitter', () => {
  it('cuts at LF, drops one CR before it and keeps a last line without an end', () => {
    assert.deepEqual(texts('a\nb\r\n\nc\r\r\nd\re'), ['a', 'b', '', 'c\r', 'd\re'])
    assert.deepEqual(texts('a\n'), ['a'])
    assert.deepEqual(texts(''), [])
  })

  it('gives the same lines however the bytes are cut into chunks', () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'é', '𝄞', '\r', '\n', ' '), maxLength: 40 })
    fc.assert(
      fc.property(line, fc.array(fc.nat(8), { maxLength: 20 }), fc.integer({ min: 1, max: 12 }), (text, sizes, max) => {
        const bytes = Buffer.from(text)
        const chunks: Uint8Array[] = []
        let at = 0
        for (const size of sizes) {
          chunks.push(bytes.subarray(at, at + size))
          at += size
        }
        chunks.push(bytes.subarray(at))
        assert.deepEqual(split(chunks, max), split([bytes], max))
      }),
    )
  })

  it('loses no byte: what a line keeps and what it says it lost make up the line', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'é', '𝄞', 'z'), maxLength: 60 })
    fc.assert(
      fc.property(text, fc.integer({ min: 4, max: 12 }), (line, max) => {
        const [first] = split([Buffer.from(`${line}\n`)], max)
        const kept = Buffer.byteLength(first!.text)
        assert.equal(kept + (first!.truncated ?? 0), Buffer.byteLength(line))
        assert.ok(line.startsWith(first!.text))
        assert.equal(first!.truncated === undefined, Buffer.byteLength(line) <= max)
      }),
    )
  })

  it('keeps the first 64 KB of a line of 50 MB and the whole next line', () => {
    const splitter = createLineSplitter()
    const chunk = Buffer.alloc(1024 * 1024, 'x')
    const lines = Array.from({ length: 50 }, () => splitter.push(chunk)).flat()
    lines.push(...splitter.push(Buffer.from('\nnext\n')))
    assert.equal(lines.length, 2)
    assert.equal(lines[0]!.text.length, 65_536)
    assert.equal(lines[0]!.truncated, 50 * 1024 * 1024 - 65_536)
    assert.deepEqual(lines[1], { text: 'next' })
  })

  it('turns invalid UTF-8 into U+FFFD', () => {
    assert.deepEqual(split([Buffer.from([0x61, 0xff, 0x62, 0x0a])]), [{ text: 'a\ufffdb' }])
  })
})
