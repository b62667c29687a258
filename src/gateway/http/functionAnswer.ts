import { errorHeader, invocationIdHeader } from '../../contract/headers.ts'
import type { AnswerStream, InvocationResponse } from '../domain/function.ts'

/** What goes over the wire for a call. */
export interface FunctionHttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly bytes: Uint8Array
  /** The body in place of `bytes`. */
  readonly chunks?: AnswerStream
}

/**
 * The answer of a call: the function's own status, headers and body, with the id of the invocation; an error code only
 * when the platform made the answer. `exception: 'shown'` adds type, message and stack to the body of such an answer.
 */
export function toHttpAnswer(
  response: InvocationResponse,
  invocationId: string,
  exception: 'shown' | 'hidden',
): FunctionHttpAnswer {
  const { status, code } = response
  const headers = {
    ...response.headers,
    [invocationIdHeader]: invocationId,
    ...(code === undefined ? {} : { [errorHeader]: code }),
  }
  if (code === undefined || !response.exception || exception === 'hidden') {
    return { status, headers, bytes: response.body, ...(response.stream ? { chunks: response.stream } : {}) }
  }
  const body = { error: response.message, code, details: { exception: response.exception } }
  return { status, headers, bytes: Buffer.from(JSON.stringify(body)) }
}
