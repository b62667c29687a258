import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { AnswerStream } from '../domain/function.ts'
import { AnswerBroken } from '../domain/functionAnswer.ts'

/**
 * Writes a body bit by bit, no faster than it is read; status and headers are set already. Where the answer breaks off the
 * connection ends without the last chunk, so that nobody takes it for complete.
 */
export async function streamAnswer(response: ServerResponse, chunks: AnswerStream): Promise<void> {
  // The reader may wait for them: the first chunk can be a long time coming.
  response.flushHeaders()
  try {
    for await (const chunk of chunks) {
      if (response.destroyed) return
      if (!response.write(chunk)) await untilDrained(response, chunks.broken)
    }
    response.end()
  } catch (error) {
    response.destroy()
    if (!(error instanceof AnswerBroken)) throw error
  }
}

/** Gives an answer up that nobody can be sent. */
export async function abandon(chunks: AnswerStream): Promise<void> {
  await chunks[Symbol.asyncIterator]().return?.()
}

/** Until the reader has taken some, is gone, or the answer has broken. */
async function untilDrained(response: ServerResponse, broken: AbortSignal): Promise<void> {
  if (response.destroyed || broken.aborted) return
  const settled = new AbortController()
  const { signal } = settled
  try {
    await Promise.race([
      once(response, 'drain', { signal }),
      once(response, 'close', { signal }),
      once(broken, 'abort', { signal }),
    ])
  } finally {
    settled.abort()
  }
}
