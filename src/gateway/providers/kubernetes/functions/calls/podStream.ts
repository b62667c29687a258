import type { IncomingMessage } from 'node:http'
import type { AnswerStream } from '../../../../domain/function.ts'
import type { AnswerBroken } from '../../../../domain/functionAnswer.ts'

/** The whole body of an answer. @throws the connection's error */
export async function readBody(answer: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of answer) chunks.push(chunk as Uint8Array)
  return Buffer.concat(chunks)
}

/** Says why an answer broke off that had begun. */
export type ExplainBreak = () => Promise<AnswerBroken>

/** Bytes that wait for the reader before the connection has to. */
const mostWaiting = 256 * 1024

/**
 * The body of an answer that comes bit by bit. More is taken from the connection only when its reader takes more; what has
 * come before it broke off is read before that is told.
 */
export function podStream(answer: IncomingMessage, explain: ExplainBreak): AnswerStream {
  const broken = new AbortController()
  const waiting: Uint8Array[] = []
  let bytes = 0
  let wake: (() => void) | undefined
  let breaking: Promise<AnswerBroken> | undefined
  let isOver = false

  answer.on('data', (chunk: Uint8Array) => {
    waiting.push(chunk)
    bytes += chunk.length
    if (bytes > mostWaiting) answer.pause()
    wake?.()
  })
  const over = () => {
    if (isOver) return
    isOver = true
    if (!answer.complete) {
      breaking = explain()
      broken.abort()
    }
    wake?.()
  }
  answer.once('end', over)
  answer.once('close', over)
  // Why the connection ended says less than the log does.
  answer.on('error', over)
  return {
    broken: broken.signal,
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        while (waiting.length === 0 && !isOver) await new Promise<void>(resolve => (wake = resolve))
        const chunk = waiting.shift()
        if (chunk) {
          bytes -= chunk.length
          if (bytes <= mostWaiting) answer.resume()
          return { done: false, value: chunk }
        }
        if (breaking) throw await breaking
        return { done: true, value: undefined }
      },
      return: async () => {
        isOver = true
        answer.destroy()
        return { done: true, value: undefined }
      },
    }),
  }
}
