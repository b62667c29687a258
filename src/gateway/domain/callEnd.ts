import { HksError } from '../../contract/errors.ts'
import type { InvocationRecord, InvocationResponse } from './function.ts'
import { AnswerBroken } from './functionAnswer.ts'

const longestMessage = 500

/** What the end of a call adds to its record. */
export type CallEnd = Partial<InvocationRecord> & { readonly outcome: 'succeeded' | 'failed' }

/** The end of a call that could not be made at all. */
export const endOfRefused = (reason: unknown): CallEnd => ({
  outcome: 'failed',
  code: reason instanceof HksError ? reason.code : 'INTERNAL',
  message: firstLine((reason as Error).message),
})

/** The end of a call whose answer had begun, with what broke it off if something did. */
export function endOfStream(response: InvocationResponse, bytes: number, error: unknown): CallEnd {
  if (error === undefined) return endOf(response, bytes)
  const { code, message, exception } =
    error instanceof AnswerBroken ? error : new AnswerBroken('FUNCTION_FAILED', (error as Error).message)
  return endOf({ ...response, code, message, ...(exception ? { exception } : {}) }, bytes)
}

/** The end of a call that was answered with so many bytes. */
export function endOf(response: InvocationResponse, bytes: number): CallEnd {
  const { code, message, exception, status, coldStart, revision, queueMs, sandbox } = response
  const sentence = exception ? `${message ?? ''} ${exception.type}: ${exception.message}` : message
  const end = {
    // A status that the function chose is its answer; 5xx says that it failed.
    outcome: code === undefined && status < 500 ? 'succeeded' : 'failed',
    statusCode: status,
    responseBytes: bytes,
    coldStart,
    revision,
    queueMs,
  } as const
  const served = sandbox === undefined ? end : { ...end, sandbox }
  if (code === undefined) return served
  return { ...served, code, ...(sentence === undefined ? {} : { message: firstLine(sentence) }) }
}

const firstLine = (text: string): string => (text.split('\n', 1)[0] ?? '').trim().slice(0, longestMessage)
