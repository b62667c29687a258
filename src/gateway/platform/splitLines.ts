/** One line without its end. */
export interface SplitLine {
  readonly text: string
  /** Bytes cut off its end, when it was longer than the splitter keeps. */
  readonly truncated?: number
}

/** Cuts a stream of bytes into lines. */
export interface LineSplitter {
  /** The lines that this chunk completes. */
  push(chunk: Uint8Array): SplitLine[]
  /** The last line, when it has no end of its own. Call once, when the stream has ended. */
  flush(): SplitLine[]
}

/** The longest line that is kept whole, in bytes. */
export const maxLineBytes = 64 * 1024

const newline = 0x0a
const carriageReturn = 0x0d

/**
 * Splits at LF on bytes, so that a character may lie across two chunks; one CR before the LF is dropped. Invalid UTF-8
 * becomes U+FFFD. A line keeps its first `maxBytes`; memory never holds more of it.
 */
export function createLineSplitter(maxBytes: number = maxLineBytes): LineSplitter {
  let parts: Uint8Array[] = []
  let kept = 0
  let seen = 0

  // One byte more than is kept: a CR that stands exactly there belongs to the line's end.
  const hold = (bytes: Uint8Array) => {
    seen += bytes.length
    const room = maxBytes + 1 - kept
    if (room <= 0 || bytes.length === 0) return
    const part = bytes.length > room ? bytes.subarray(0, room) : bytes
    parts.push(part)
    kept += part.length
  }
  const take = (lineEnd: 'newline' | 'none'): SplitLine => {
    let bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts, kept)
    let length = seen
    if (lineEnd === 'newline' && seen === bytes.length && bytes.at(-1) === carriageReturn) {
      bytes = bytes.subarray(0, -1)
      length -= 1
    }
    parts = []
    kept = 0
    seen = 0
    if (length <= maxBytes) return { text: decode(bytes) }
    const whole = bytes.subarray(0, characterBoundary(bytes, maxBytes))
    return { text: decode(whole), truncated: length - whole.length }
  }

  return {
    push: chunk => {
      const lines: SplitLine[] = []
      let start = 0
      for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
        hold(chunk.subarray(start, end))
        lines.push(take('newline'))
        start = end + 1
      }
      // A copy: the rest of a large chunk must not stay in memory with it.
      if (start < chunk.length) hold(chunk.slice(start, start + maxBytes + 1))
      if (start < chunk.length) seen += Math.max(0, chunk.length - start - maxBytes - 1)
      return lines
    },
    flush: () => (seen === 0 ? [] : [take('none')]),
  }
}

const decode = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')

/** The largest cut at or below `at` that splits no UTF-8 character. */
function characterBoundary(bytes: Uint8Array, at: number): number {
  let cut = at
  for (let back = 0; back < 3 && cut > 0 && isContinuation(bytes[cut]); back++) cut -= 1
  return isContinuation(bytes[cut]) ? at : cut
}

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80
