/** The header of a frame: one line of JSON with its type in `t`. docs/runtime-protocol.md lists the types. */
export type FrameHeader = Readonly<Record<string, unknown>> & { readonly t: string }

/** What a peer sent that is no frame of the protocol: nothing after it can be trusted. */
export class MalformedFrame extends Error {
  override readonly name = 'MalformedFrame'
}

/** Takes frames as they complete. `body` is absent when it was longer than the reader keeps; `bytes` is its length. */
export type OnFrame = (header: FrameHeader, body: Uint8Array | undefined, bytes: number) => void

const newline = 0x0a
/** A log line of 64 KB with every character escaped, and room for the rest of the header. */
const maxHeaderBytes = 1024 * 1024

/**
 * Returns a function that takes chunks as they arrive. Each byte is copied at most once, however small the chunks are;
 * a body above `maxBodyBytes` is skipped without being held. @throws MalformedFrame
 */
export function createFrameReader(onFrame: OnFrame, maxBodyBytes: number): (chunk: Uint8Array) => void {
  let line: Uint8Array[] = []
  let lineBytes = 0
  let header: FrameHeader | undefined
  let body: Uint8Array | undefined
  let bytes = 0
  let filled = 0

  const takeLine = (chunk: Uint8Array, at: number): number => {
    const end = chunk.indexOf(newline, at)
    const part = chunk.subarray(at, end < 0 ? chunk.length : end)
    lineBytes += part.length
    if (lineBytes > maxHeaderBytes) throw new MalformedFrame(`a frame's line is longer than ${maxHeaderBytes} bytes`)
    line.push(part)
    if (end < 0) return chunk.length
    const parsed = parseHeader(textOf(line))
    line = []
    lineBytes = 0
    ;({ header, bytes } = parsed)
    filled = 0
    body = bytes > maxBodyBytes ? undefined : allocate(bytes)
    return end + 1
  }

  return chunk => {
    let at = 0
    while (at < chunk.length) {
      if (!header) at = takeLine(chunk, at)
      if (!header) return
      const taken = Math.min(chunk.length - at, bytes - filled)
      body?.set(chunk.subarray(at, at + taken), filled)
      filled += taken
      at += taken
      if (filled < bytes) return
      const complete = header
      header = undefined
      onFrame(complete, body, bytes)
    }
  }
}

function textOf(parts: readonly Uint8Array[]): string {
  const [first, ...others] = parts
  if (!first || others.length > 0) return Buffer.concat(parts).toString()
  return Buffer.from(first.buffer, first.byteOffset, first.length).toString()
}

/** Small bodies share memory: one of its own for each is work for the collector. */
const allocate = (bytes: number): Uint8Array =>
  bytes < Buffer.poolSize / 2 ? Buffer.allocUnsafe(bytes) : Buffer.allocUnsafeSlow(bytes)

function parseHeader(text: string): { readonly header: FrameHeader; readonly bytes: number } {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new MalformedFrame(`a frame is not a line of JSON: ${JSON.stringify(text.slice(0, 80))}`, { cause })
  }
  const header = value as FrameHeader | null
  if (typeof header !== 'object' || header === null || typeof header.t !== 'string') {
    throw new MalformedFrame(`a frame has no type "t": ${text.slice(0, 80)}`)
  }
  const bytes = header.bytes ?? 0
  if (typeof bytes !== 'number' || !Number.isSafeInteger(bytes) || bytes < 0) {
    throw new MalformedFrame(`"bytes" of a ${header.t} frame is not a count`)
  }
  return { header, bytes }
}

/** The buffers of one frame, to be written one after the other. */
export function encodeFrame(header: FrameHeader, body?: Uint8Array): readonly Uint8Array[] {
  if (!body) return [Buffer.from(`${JSON.stringify(header)}\n`)]
  const line = Buffer.from(`${JSON.stringify({ ...header, bytes: body.length })}\n`)
  return body.length === 0 ? [line] : [line, body]
}
