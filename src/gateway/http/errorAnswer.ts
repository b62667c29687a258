import type { ErrorBody } from '../../contract/common.ts'
import { type ErrorCode, HksError } from '../../contract/errors.ts'
import { statusOf } from './status.ts'

const MiB = 1024 * 1024

/** Fastify's own refusals of a request, in our words. The codes are fastify's documented ones. */
const fastifyCodes: Readonly<Record<string, { readonly code: ErrorCode; readonly message: string }>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: 'UNSUPPORTED_MEDIA_TYPE',
    message: 'The body must be JSON: send Content-Type: application/json.',
  },
  FST_ERR_BAD_URL: { code: 'INVALID_REQUEST', message: 'The path holds a % that begins no valid escape.' },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: { code: 'INVALID_REQUEST', message: 'Content-Length does not fit the body.' },
}

/** A body of more bytes than are taken. */
export const bodyTooLarge = (maxBytes: number, cause?: unknown): HksError =>
  new HksError('PAYLOAD_TOO_LARGE', `The body is larger than ${maxBytes / MiB} MiB, the most that is taken here.`, {
    details: { maxBytes },
    ...(cause === undefined ? {} : { cause }),
  })

/**
 * Any error as an {@link HksError}; what nobody foresaw becomes INTERNAL with its cause. `maxBytes` is the limit of the
 * route that fastify may have refused a body for.
 */
export function toHksError(error: unknown, maxBytes = MiB): HksError {
  if (error instanceof HksError) return error
  const code = (error as { code?: unknown } | null)?.code
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return bodyTooLarge(maxBytes, error)
  const known = typeof code === 'string' ? fastifyCodes[code] : undefined
  if (known) return new HksError(known.code, known.message, { cause: error })
  return new HksError('INTERNAL', 'The gateway failed in a way it did not foresee.', {
    cause: error,
    hint: 'The gateway log holds the details (command "Show Gateway Log").',
  })
}

/** The status and body of an error. */
export function errorAnswer(error: HksError): { readonly status: number; readonly body: ErrorBody } {
  return {
    status: statusOf[error.code],
    body: {
      error: error.message,
      code: error.code,
      ...(error.details ? { details: { ...error.details } } : {}),
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    },
  }
}
