import type { Readable } from 'node:stream'
import { readAnswerError } from './answerError.ts'
import { DigestMismatch } from './digest.ts'
import { UnexpectedAnswer } from './registryError.ts'
import { type RetryPolicy, waitAfter } from './retry.ts'
import type { Answer, Body, SendOnce } from './transport.ts'

/** A blob to be sent. */
export interface BlobSource {
  readonly digest: string
  /** Bytes. */
  readonly size: number
  /** The bytes from `from` up to `end`, without that. */
  open(from: number, end: number): Readable
}

/** Where blobs are sent to. */
export interface UploadPlace {
  readonly sendOnce: SendOnce
  /** Where an upload begins. */
  readonly uploads: URL
  hasBlob(digest: string, signal: AbortSignal): Promise<boolean>
  readonly retries: RetryPolicy
  /** Blobs up to this size are sent with one request. */
  readonly monolithicBytes?: number
  /** Size of the pieces for a registry, or a proxy before it, that does not take a large body. */
  readonly chunkBytes?: number
}

const usualMonolithicBytes = 4 * 1024 * 1024
/** Above the least that registries on object stores take (5 MiB), below what proxies usually let through. */
const usualChunkBytes = 16 * 1024 * 1024

/** So many in a row, from the beginning each, and a stream is sent in pieces. */
const cutsOfLargeBody = 2

/** An upload as the registry sees it. */
interface Session {
  /** Where the next bytes go. */
  readonly location: URL
  /** Bytes that are there. */
  readonly offset: number
}

/**
 * Sends a blob: a small one as a whole, a larger one as a stream, in pieces when the registry refuses its size (413). What
 * fails on the way is tried again from where the registry says that it is, or from the beginning when it does not say;
 * only tries without progress count.
 * @throws UnexpectedAnswer, DigestMismatch, the errors of the transport and of the source, `signal.reason`
 */
export async function uploadBlob(
  place: UploadPlace,
  source: BlobSource,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const { retries, monolithicBytes = usualMonolithicBytes, chunkBytes = usualChunkBytes } = place
  const isSmall = source.size <= monolithicBytes
  let piece = Number.POSITIVE_INFINITY
  let session: Session | undefined
  let furthest = 0
  let failed = 0
  const told = (offset: number) => {
    if (offset > furthest) failed = 0
    furthest = Math.max(furthest, offset)
    onBytes(offset)
  }
  for (;;) {
    try {
      session ??= await begin(place, signal)
      while (!isSmall && session.offset < source.size) {
        session = await sendPiece(place, session, source, piece, signal, onBytes)
        told(session.offset)
      }
      return await finish(place, session, source, signal, onBytes)
    } catch (error) {
      signal.throwIfAborted()
      if (isTooLarge(error) && piece > chunkBytes && source.size > chunkBytes) {
        piece = chunkBytes
        session = undefined
        continue
      }
      // An upload may be gone with the process of the registry that had it.
      const isLost = session && error instanceof UnexpectedAnswer && [400, 404, 416].includes(error.status)
      failed += 1
      if (!isLost || failed > retries.retries) await waitAfter(error, failed, retries, signal)
      session = session && !isSmall ? await resume(place, session, signal) : undefined
      if (session !== undefined) told(session.offset)
      // Its end may have been lost on the way back.
      else if (furthest === source.size && (await place.hasBlob(source.digest, signal))) return
      // A proxy that does not like a large body may cut it in place of an answer.
      else if (failed >= cutsOfLargeBody) piece = chunkBytes
    }
  }
}

const isTooLarge = (error: unknown): boolean => error instanceof UnexpectedAnswer && error.status === 413

async function begin({ sendOnce, uploads }: UploadPlace, signal: AbortSignal): Promise<Session> {
  const answer = await sendOnce({ method: 'POST', url: uploads, headers: {} }, signal)
  if (answer.status !== 202) throw await readAnswerError(answer)
  return { location: locationOf(answer), offset: 0 }
}

/** Sends the next bytes. The first request of a stream has no Content-Range, which is what every registry takes. */
async function sendPiece(
  { sendOnce }: UploadPlace,
  { location, offset }: Session,
  source: BlobSource,
  piece: number,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<Session> {
  const end = Math.min(offset + piece, source.size)
  const isWhole = offset === 0 && end === source.size
  const headers = {
    'content-type': 'application/octet-stream',
    ...(!isWhole && { 'content-range': `${offset}-${end - 1}` }),
  }
  const body = counted(source, offset, end, onBytes)
  const answer = await sendOnce({ method: 'PATCH', url: location, headers, body }, signal)
  if (answer.status !== 202 && answer.status !== 201 && answer.status !== 204) throw await readAnswerError(answer)
  const next = locationOf(answer, location)
  return { location: next, offset: offsetOf(answer) ?? end }
}

/** Closes an upload, with its bytes when none were sent before. */
async function finish(
  { sendOnce }: UploadPlace,
  { location, offset }: Session,
  source: BlobSource,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const url = new URL(location)
  url.searchParams.set('digest', source.digest)
  const rest = offset < source.size && { body: counted(source, offset, source.size, onBytes) }
  const headers = { 'content-type': 'application/octet-stream' }
  const answer = await sendOnce({ method: 'PUT', url, headers, ...rest }, signal)
  if (answer.status !== 201 && answer.status !== 204) {
    const error = await readAnswerError(answer)
    const isDigest = error.errors.some(({ code }) => code === 'DIGEST_INVALID')
    throw isDigest ? new DigestMismatch(source.digest, 'something else') : error
  }
  answer.body.resume()
  onBytes(source.size)
}

/** Where an upload stands; `undefined` when it has to begin again. */
async function resume(
  { sendOnce }: UploadPlace,
  { location }: Session,
  signal: AbortSignal,
): Promise<Session | undefined> {
  try {
    const answer = await sendOnce({ method: 'GET', url: location, headers: {} }, signal)
    if (answer.status !== 204) throw await readAnswerError(answer)
    return { location: locationOf(answer, location), offset: offsetOf(answer) ?? 0 }
  } catch {
    // It is not there, or nobody can say: what was sent is sent again.
    signal.throwIfAborted()
    return undefined
  }
}

function locationOf(answer: Answer, before?: URL): URL {
  const { location } = answer.headers
  answer.body.resume()
  const url = location === undefined ? before : URL.parse(location, answer.url.href)
  if (!url || !/^https?:$/.test(url.protocol)) throw new Error('the registry does not say where to send the bytes')
  // Many a registry does not know that a proxy before it speaks TLS.
  if (answer.url.protocol === 'https:') url.protocol = 'https:'
  return url
}

/** `0-1023` says that 1024 bytes are there. A registry can not say that there are none. */
function offsetOf({ headers: { range } }: Answer): number | undefined {
  const last = /^(?:bytes=)?0-(\d+)$/.exec(range ?? '')?.[1]
  if (last === undefined) return undefined
  return last === '0' ? 0 : Number(last) + 1
}

/** A piece of a source that tells how many of its bytes have gone out. */
const counted = (source: BlobSource, from: number, end: number, onBytes: (bytes: number) => void): Body => ({
  size: end - from,
  open: () => {
    let sent = from
    return source.open(from, end).on('data', (chunk: Buffer) => {
      sent += chunk.length
      onBytes(sent)
    })
  },
})
