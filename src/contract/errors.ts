/** Every error code that a response, an event or a command-line exit can carry. Closed: each edge maps all of them. */
export const errorCodes = [
  // The request
  'INVALID_REQUEST',
  'INVALID_SCHEDULE',
  'INVALID_SOURCE',
  'EVENT_INVALID',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'METHOD_NOT_ALLOWED',
  'CONFLICT',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'RATE_LIMITED',
  'CANCELLED',
  // Projects and providers
  'PROJECT_MISSING',
  'UNSUPPORTED_PLATFORM',
  'RUNTIME_MISSING',
  'SANDBOX_UNAVAILABLE',
  'CONNECTION_FAILED',
  'KNATIVE_MISSING',
  'REGISTRY_FAILED',
  // Functions
  'DEPLOY_FAILED',
  'FUNCTION_FAILED',
  'FUNCTION_CRASHED',
  'LIMIT_EXCEEDED',
  'FUNCTION_OVERLOADED',
  'FUNCTION_UNAVAILABLE',
  'RESULT_INVALID',
  'TIMEOUT',
  // The gateway and its store
  'STORE_CORRUPT',
  'STORE_NEWER',
  'STORE_FAILED',
  'GATEWAY_DRAINING',
  'GATEWAY_START_FAILED',
  'GATEWAY_UNREACHABLE',
  'GATEWAY_NEWER',
  'INTERNAL',
] as const

/** One member of {@link errorCodes}. */
export type ErrorCode = (typeof errorCodes)[number]

/** Whether a value from outside is one of the codes. */
export const isErrorCode = (code: unknown): code is ErrorCode => (errorCodes as readonly unknown[]).includes(code)

/** What an {@link HksError} may carry besides its code and message. */
export interface HksErrorOptions {
  /** Facts a program can use, such as `{field, value}` or `{file, line}`. */
  readonly details?: Readonly<Record<string, unknown>>
  /** One sentence that says what to do next. */
  readonly hint?: string
  /** The error that this one translates. */
  readonly cause?: unknown
}

/** An error of the product: a code of the closed list and a sentence that names the field, the value and the fault. */
export class HksError extends Error {
  override readonly name = 'HksError'
  readonly code: ErrorCode
  readonly details: Readonly<Record<string, unknown>> | undefined
  readonly hint: string | undefined

  constructor(code: ErrorCode, message: string, options: HksErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.details = options.details
    this.hint = options.hint
  }
}

/** The fault of one field of a request: its path, the value that was given and what is allowed. */
export const invalidField = (field: string, value: unknown, problem: string, hint?: string): HksError =>
  new HksError('INVALID_REQUEST', `${field}: ${problem}`, {
    details: { field, value },
    ...(hint === undefined ? {} : { hint }),
  })

/** The answer to an id or a name that nothing has. */
export const notFound = (what: string, id: string): HksError =>
  new HksError('NOT_FOUND', `No ${what} "${id}" exists.`, { details: { what, id } })
