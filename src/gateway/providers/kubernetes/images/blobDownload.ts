import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { readAnswerError } from './answerError.ts'
import { type Descriptor, DigestMismatch } from './digest.ts'
import { BrokenTransfer } from './registryError.ts'
import { type RetryPolicy, waitAfter } from './retry.ts'
import type { Answer, SendOnce } from './transport.ts'

/** Where a blob is. */
export interface BlobPlace {
  readonly sendOnce: SendOnce
  readonly url: URL
  readonly retries: RetryPolicy
}

/**
 * The bytes of a blob from `from` on. After a cut it goes on where it stopped; only tries without a byte in between count.
 * A blob that is read from its beginning is verified: the stream fails in place of its end.
 */
export function readBlob(
  place: BlobPlace,
  blob: Descriptor,
  from: number,
  signal: AbortSignal,
  explain: (error: unknown) => unknown,
): Readable {
  return Readable.from(chunksOf(place, blob, from, signal, explain), { objectMode: false })
}

async function* chunksOf(
  { sendOnce, url, retries }: BlobPlace,
  { digest, size }: Descriptor,
  from: number,
  signal: AbortSignal,
  explain: (error: unknown) => unknown,
): AsyncGenerator<Buffer> {
  const hash = from === 0 ? createHash('sha256') : undefined
  let at = from
  try {
    for (let failed = 0; at < size; ) {
      const begun = at
      try {
        const headers = at === 0 ? {} : { range: `bytes=${at}-` }
        for await (const chunk of bodyFrom(await sendOnce({ method: 'GET', url, headers }, signal), at)) {
          at += chunk.length
          if (at > size) throw new DigestMismatch(digest, `more than its ${size} bytes`)
          hash?.update(chunk)
          yield chunk
        }
        if (at < size) throw new BrokenTransfer(`a blob was cut off after ${at} of ${size} bytes`)
      } catch (error) {
        failed = at > begun ? 1 : failed + 1
        await waitAfter(error, failed, retries, signal)
      }
    }
    const actual = hash && `sha256:${hash.digest('hex')}`
    if (actual !== undefined && actual !== digest) throw new DigestMismatch(digest, actual)
  } catch (error) {
    throw explain(error)
  }
}

/** The body from a position on, also of a registry that knows no ranges. @throws UnexpectedAnswer, BrokenTransfer */
async function* bodyFrom(answer: Answer, from: number): AsyncGenerator<Buffer> {
  if (answer.status !== 200 && answer.status !== 206) throw await readAnswerError(answer)
  let skip = answer.status === 206 ? 0 : from
  for await (const chunk of answer.body as AsyncIterable<Buffer>) {
    if (skip < chunk.length) yield chunk.subarray(skip)
    skip = Math.max(skip - chunk.length, 0)
  }
}
