// An answer that comes bit by bit: what a generator yields, sent no faster than the gateway gives credit.
import { toJson } from './jsonValue.mjs'

/** What a chunk costs beside its bytes, so that very small ones are bounded as well. */
const chunkCost = 128
/** Longer chunks are sent in pieces, so that other calls get their turn. */
const longestPiece = 65_536

const types = { bytes: 'application/octet-stream', text: 'text/plain; charset=utf-8', json: 'application/x-ndjson' }

/** The iterator of a result that comes bit by bit; undefined for a complete value. */
export function iteratorOf(value) {
  if (value === null || typeof value !== 'object' || typeof value.toJSON === 'function') return undefined
  if (typeof value[Symbol.asyncIterator] === 'function') return value[Symbol.asyncIterator]()
  if (typeof value.next === 'function' && typeof value[Symbol.iterator] === 'function') return value[Symbol.iterator]()
  return undefined
}

/** Bytes as they are, strings as UTF-8, any other value as one line of JSON. Throws RESULT_INVALID. */
function encodeChunk(value) {
  if (typeof value === 'string') return { bytes: Buffer.from(value), type: types.text }
  if (value instanceof ArrayBuffer) return { bytes: Buffer.from(value), type: types.bytes }
  if (ArrayBuffer.isView(value)) {
    return { bytes: Buffer.from(value.buffer, value.byteOffset, value.byteLength), type: types.bytes }
  }
  return { bytes: Buffer.from(`${toJson(value)}\n`), type: types.json }
}

/** What the gateway still takes of one answer. */
export function createCredit(amount) {
  let left = amount
  let wake
  return {
    add(more) {
      left += more
      wake?.()
    },
    spend(bytes) {
      left -= bytes + chunkCost
    },
    /** Resolves when there is some, or the call was given up. */
    async wait(signal) {
      while (left <= 0 && !signal.aborted) {
        await new Promise(resolve => {
          wake = resolve
          signal.addEventListener('abort', resolve, { once: true })
        })
        signal.removeEventListener('abort', wake)
        wake = undefined
      }
    },
  }
}

/**
 * Sends what an iterator gives: `begin(headers)` once, with the type of the first chunk unless the handler named one, then
 * `push(bytes)`. Throws what the iterator throws, and the signal's reason when the call was given up.
 */
export async function sendStream({ iterator, headers, credit, signal, begin, push }) {
  let begun = 'content-type' in headers
  if (begun) begin(headers)
  let done = false
  try {
    for (;;) {
      await credit.wait(signal)
      signal.throwIfAborted()
      const next = await iterator.next()
      done = next.done === true
      if (done) break
      const { bytes, type } = encodeChunk(await next.value)
      if (!begun) begin({ ...headers, 'content-type': type })
      begun = true
      for (let at = 0; at < bytes.length; at += longestPiece) {
        await credit.wait(signal)
        signal.throwIfAborted()
        const piece = bytes.subarray(at, at + longestPiece)
        credit.spend(piece.length)
        push(piece)
      }
    }
  } finally {
    // Its own end runs, as when a loop is left.
    if (!done) await iterator.return?.()
  }
  if (!begun) begin(headers)
}
