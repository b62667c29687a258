import type { AnswerStream, InvocationResponse } from './function.ts'
import { AnswerBroken, platformAnswer } from './functionAnswer.ts'

/** How a stream ended: how many bytes were read, and what broke it. */
export type OnStreamEnd = (bytes: number, error?: unknown) => Promise<void>

/** The same stream; `onEnd` is awaited before its reader learns of the end. It is called once. */
export function withEnd(stream: AnswerStream, onEnd: OnStreamEnd): AnswerStream {
  return {
    broken: stream.broken,
    [Symbol.asyncIterator]: () => {
      const chunks = stream[Symbol.asyncIterator]()
      let bytes = 0
      let ended: Promise<void> | undefined
      const end = (error?: unknown) => (ended ??= onEnd(bytes, error))
      return {
        next: async () => {
          try {
            const next = await chunks.next()
            if (next.done) await end()
            else bytes += next.value.length
            return next
          } catch (error) {
            await end(error)
            throw error
          }
        },
        return: async () => {
          await chunks.return?.()
          await end(new AnswerBroken('CANCELLED', 'The caller went away.'))
          return { done: true, value: undefined }
        },
      }
    },
  }
}

/** A whole answer, for one who can not take it bit by bit. */
export interface WholeAnswer {
  readonly response: InvocationResponse
  /** All of them; the body may hold fewer. */
  readonly bytes: number
}

/** Reads an answer to its end. A body that comes bit by bit is kept up to `mostBytes`, or not at all beyond. */
export async function readWhole(response: InvocationResponse, mostBytes: number): Promise<WholeAnswer> {
  const { stream, ...head } = response
  if (!stream) return { response, bytes: response.body.length }
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const chunk of stream) {
      bytes += chunk.length
      if (bytes <= mostBytes) chunks.push(chunk)
    }
  } catch (error) {
    if (!(error instanceof AnswerBroken)) throw error
    const { code, message, exception } = error
    const answer = platformAnswer(code, message, { ...factsOf(response), ...(exception ? { exception } : {}) })
    return { response: answer, bytes: answer.body.length }
  }
  return { response: { ...head, body: joined(chunks) }, bytes }
}

const factsOf = ({ coldStart, revision, queueMs, sandbox }: InvocationResponse) => ({
  coldStart,
  revision,
  queueMs,
  ...(sandbox === undefined ? {} : { sandbox }),
})

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}
