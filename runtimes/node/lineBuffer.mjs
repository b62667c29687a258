/** Longest line that is kept, in bytes of UTF-8. What is cut off is counted. */
export const longestLineBytes = 65_536

/** Cuts what was written into lines. Calls `onLine(text, truncatedBytes)`; a last line without newline waits for `flush`. */
export function createLineBuffer(onLine) {
  let partial = ''
  let dropped = 0

  // A character takes at least one byte, so a part this long fills the line whatever follows.
  function append(piece) {
    if (partial.length > longestLineBytes) dropped += Buffer.byteLength(piece)
    else partial += piece
  }

  function emit() {
    const text = partial
    let truncated = dropped
    partial = ''
    dropped = 0
    // One UTF-16 unit takes at most three bytes.
    if (text.length * 3 <= longestLineBytes) {
      onLine(text, truncated)
      return
    }
    const bytes = Buffer.from(text)
    let end = Math.min(bytes.length, longestLineBytes)
    while (end < bytes.length && (bytes[end] & 0xc0) === 0x80) end -= 1
    truncated += bytes.length - end
    onLine(end === bytes.length ? text : bytes.toString('utf8', 0, end), truncated)
  }

  return {
    push(text) {
      let from = 0
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
        append(text.slice(from, end))
        emit()
        from = end + 1
      }
      if (from < text.length) append(text.slice(from))
    },
    flush() {
      if (partial !== '' || dropped > 0) emit()
    },
  }
}
