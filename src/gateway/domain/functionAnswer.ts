import type { CallFacts, InvocationResponse } from './function.ts'

/** Statuses of the answers that the platform makes in place of a function: the same bytes on every provider. */
export const platformStatus = {
  EVENT_INVALID: 400,
  CANCELLED: 499,
  FUNCTION_OVERLOADED: 429,
  FUNCTION_FAILED: 500,
  FUNCTION_CRASHED: 502,
  LIMIT_EXCEEDED: 502,
  RESULT_INVALID: 502,
  FUNCTION_UNAVAILABLE: 503,
  TIMEOUT: 504,
} as const

/** Why the platform answered in place of a function. */
export type PlatformCode = keyof typeof platformStatus

/** What happened, for the one who may see it. */
export type Exception = NonNullable<InvocationResponse['exception']>

/** What a platform's answer says besides its code and sentence. */
export interface PlatformAnswerContext extends CallFacts {
  readonly exception?: Exception
}

/** Seconds; about the time in which a queue of short calls moves on. */
const retryAfter = { 'retry-after': '1' }

/** The platform's answer. Its body holds nothing that the function's code said. */
export const platformAnswer = (
  code: PlatformCode,
  message: string,
  context: PlatformAnswerContext,
): InvocationResponse => ({
  status: platformStatus[code],
  headers: { 'content-type': 'application/json', ...(code === 'FUNCTION_OVERLOADED' ? retryAfter : {}) },
  body: new TextEncoder().encode(JSON.stringify({ error: message, code })),
  code,
  message,
  ...context,
})

/** Why an answer broke off that had begun. */
export class AnswerBroken extends Error {
  override readonly name = 'AnswerBroken'
  readonly code: PlatformCode
  readonly exception: Exception | undefined

  constructor(code: PlatformCode, message: string, exception?: Exception) {
    super(message)
    this.code = code
    this.exception = exception
  }
}
