// Frames on the wire: one line of JSON; one that says `bytes: n` is followed by n raw bytes.

const newline = 10
// Far above what the gateway sends, and what every Node can allocate.
const longestBody = 2 ** 30
// The handler may replace what it finds in JSON.
const { parse, stringify } = JSON

/** A frame that breaks the protocol. The runtime ends on it: what follows in the stream can't be trusted. */
export class MalformedFrame extends Error {}

/** Parses the line of one frame and says how many raw bytes follow it, `longest` at most. */
function parseHeader(line, longest) {
  let header
  try {
    header = parse(line)
  } catch (cause) {
    throw new MalformedFrame(`a frame is not a line of JSON: ${stringify(line.slice(0, 80))}`, { cause })
  }
  if (header === null || typeof header !== 'object' || typeof header.t !== 'string') {
    throw new MalformedFrame(`a frame must be an object with a type in "t", got ${line.slice(0, 80)}`)
  }
  const bytes = header.bytes ?? 0
  if (!Number.isSafeInteger(bytes) || bytes < 0 || bytes > longest) {
    throw new MalformedFrame(`"bytes" of a ${header.t} frame must be a count, got ${stringify(header.bytes)}`)
  }
  return { header, bytes }
}

/**
 * Returns a function that takes chunks as they arrive and calls `onFrame(header, body)` for each complete frame.
 * Every byte is copied once, however small the chunks are. Throws MalformedFrame, also for a body of more than `longest` bytes.
 */
export function createFrameReader(onFrame, longest = longestBody) {
  let line = []
  let header
  let body
  let filled = 0

  return function push(chunk) {
    let at = 0
    while (at < chunk.length) {
      if (header === undefined) {
        const end = chunk.indexOf(newline, at)
        if (end < 0) {
          line.push(chunk.subarray(at))
          return
        }
        line.push(chunk.subarray(at, end))
        const text = (line.length === 1 ? line[0] : Buffer.concat(line)).toString()
        line = []
        at = end + 1
        const parsed = parseHeader(text, longest)
        header = parsed.header
        // Not from Node's shared pool: the handler may keep it, and sees its ArrayBuffer.
        body = Buffer.allocUnsafeSlow(parsed.bytes)
        filled = 0
      }
      const taken = chunk.copy(body, filled, at, Math.min(chunk.length, at + body.length - filled))
      filled += taken
      at += taken
      if (filled === body.length) {
        const complete = header
        header = undefined
        onFrame(complete, body)
      }
    }
  }
}

/** The bytes of one frame, as the buffers to write one after the other. */
export function encodeFrame(header, body) {
  if (body === undefined) return [Buffer.from(`${stringify(header)}\n`)]
  return [Buffer.from(`${stringify({ ...header, bytes: body.length })}\n`), body]
}
