import type { IncomingMessage } from 'node:http'
import { HksError } from '../../contract/errors.ts'
import { bodyTooLarge } from './errorAnswer.ts'

/** A client that is refused reads the refusal only when it has sent all; what it sends beyond this is cut off. */
const drainFactor = 4

/** The whole body, put together once. @throws HksError PAYLOAD_TOO_LARGE, CANCELLED (the client went away) */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes <= maxBytes) chunks.push(chunk)
      else chunks.length = 0
      if (bytes > drainFactor * maxBytes) break
    }
  } catch (cause) {
    throw new HksError('CANCELLED', 'The client went away while it sent the body.', { cause })
  }
  if (bytes > maxBytes) throw bodyTooLarge(maxBytes)
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, bytes)
}
