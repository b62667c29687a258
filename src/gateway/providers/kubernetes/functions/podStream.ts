import type { IncomingMessage } from 'node:http'
import type { AnswerStream } from '../../../domain/function.ts'
import { AnswerBroken } from '../../../domain/functionAnswer.ts'

/** The whole body of an answer. @throws AnswerBroken where it breaks off */
export async function readBody(answer: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of answer) chunks.push(chunk as Uint8Array)
  return Buffer.concat(chunks)
}

/** Says why an answer broke off that had begun. */
export type ExplainBreak = () => Promise<AnswerBroken>

/** The body of an answer that comes bit by bit. More is taken from the connection only when its reader takes more. */
export function podStream(answer: IncomingMessage, explain: ExplainBreak): AnswerStream {
  const broken = new AbortController()
  let explained: Promise<AnswerBroken> | undefined
  let isReturned = false
  const breakOff = () => (explained ??= explain())
  answer.once('close', () => {
    if (answer.complete || isReturned) return
    void breakOff()
    broken.abort()
  })
  // It is told to the reader; without a listener it would end the process.
  answer.on('error', () => undefined)
  return {
    broken: broken.signal,
    [Symbol.asyncIterator]: () => {
      const chunks = answer[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
      return {
        next: async () => {
          try {
            const next = await chunks.next()
            if (next.done && !answer.complete) throw await breakOff()
            return next
          } catch (error) {
            throw error instanceof AnswerBroken ? error : await breakOff()
          }
        },
        return: async () => {
          isReturned = true
          answer.destroy()
          return { done: true, value: undefined }
        },
      }
    },
  }
}
