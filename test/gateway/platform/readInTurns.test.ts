import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { readInTurns } from '../../../src/gateway/platform/readInTurns.ts'

/** A stream that has the next chunk ready whenever it is asked. */
function flood(chunks: number, bytes: number): Readable {
  let given = 0
  return new Readable({
    read() {
      this.push(given++ < chunks ? Buffer.alloc(bytes) : null)
    },
  })
}

describe('readInTurns', () => {
  it('lets everything else have its turn between two large chunks, and reads to the end', async () => {
    let turns = 0
    let counting = true
    const count = () => {
      turns += 1
      if (counting) setImmediate(count)
    }
    setImmediate(count)
    const stream = flood(100, 64 * 1024)
    const seenAt: number[] = []
    readInTurns(stream, () => seenAt.push(turns))
    await once(stream, 'end')
    counting = false
    assert.equal(seenAt.length, 100)
    assert.equal(new Set(seenAt).size, 100, 'each chunk in a turn of its own')
  })

  it('takes small chunks as they come', async () => {
    const stream = flood(100, 10)
    let bytes = 0
    readInTurns(stream, chunk => {
      bytes += chunk.length
    })
    await once(stream, 'end')
    assert.equal(bytes, 1000)
  })
})
