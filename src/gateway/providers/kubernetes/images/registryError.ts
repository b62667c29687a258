import { HksError } from '../../../../contract/errors.ts'

/** Why a registry did not give or take an image: `details.reason` of REGISTRY_FAILED. */
export type RegistryReason =
  | 'unreachable'
  | 'untrusted'
  | 'login'
  | 'denied'
  | 'unknownImage'
  | 'unknownPlatform'
  | 'digest'
  | 'cut'
  | 'rateLimited'
  | 'noSpace'
  | 'protocol'

/** What an error of a registry says besides its sentence. */
export interface RegistryFailure {
  readonly hint: string
  readonly details?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

/** The error of a registry; `registry` as a person writes it. */
export const registryFailed = (
  registry: string,
  reason: RegistryReason,
  message: string,
  { hint, details, cause }: RegistryFailure,
): HksError =>
  new HksError('REGISTRY_FAILED', message, {
    details: { registry, reason, ...details },
    hint,
    ...(cause === undefined ? {} : { cause }),
  })

/** One error of an answer's body, as the distribution specification has it. */
export interface ToldError {
  readonly code: string
  readonly message: string
}

/** An answer that is none of those that were expected. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer'
  readonly status: number
  readonly errors: readonly ToldError[]
  /** What Retry-After asks for. */
  readonly retryAfterMs: number | undefined

  constructor(status: number, errors: readonly ToldError[], retryAfterMs?: number) {
    super([`HTTP ${status}`, ...errors.map(({ code, message }) => message || code)].join(', '))
    this.status = status
    this.errors = errors
    this.retryAfterMs = retryAfterMs
  }
}

/** A body that ended before it was whole, or a connection on which nothing moves. */
export class BrokenTransfer extends Error {
  override readonly name = 'BrokenTransfer'
}

/** No connection came about in the time that it is given. */
export class NotConnected extends Error {
  override readonly name = 'NotConnected'
}

const networkCodes = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'ENOTFOUND'],
  ...['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED'],
])
const certificateCodes =
  /^(?:UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|ERR_TLS_CERT|HOSTNAME_MISMATCH|INVALID_CA|CRL_|ERR_SSL_|EPROTO$)/

const codeOf = (error: unknown): string => {
  const { code } = error as { readonly code?: unknown }
  return typeof code === 'string' ? code : ''
}

/** Whether the connection failed, as against what was said over it. */
export const isNetworkError = (error: unknown): boolean =>
  error instanceof BrokenTransfer ||
  error instanceof NotConnected ||
  networkCodes.has(codeOf(error)) ||
  codeOf(error).startsWith('HPE_')

/** Whether the other side is not whom this machine trusts. */
export const isCertificateError = (error: unknown): boolean => certificateCodes.test(codeOf(error))

/** Whether the same may go well a moment later. */
export const isPassing = (error: unknown): boolean => {
  if (error instanceof UnexpectedAnswer) return error.status === 429 || error.status >= 500
  // A host that answers nothing has been waited for long enough.
  return isNetworkError(error) && codeOf(error) !== 'ENOTFOUND' && !(error instanceof NotConnected)
}
