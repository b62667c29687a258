// The answers that the platform makes in place of a function: the same bytes as the gateway's.

const MiB = 2 ** 20

/** The largest answer that is held. */
export const maxAnswerBytes = 32 * MiB
/** The largest body of a request. */
export const maxBodyBytes = 10 * MiB

const statusOf = {
  EVENT_INVALID: 400,
  PAYLOAD_TOO_LARGE: 413,
  FUNCTION_OVERLOADED: 429,
  CANCELLED: 499,
  FUNCTION_FAILED: 500,
  FUNCTION_CRASHED: 502,
  LIMIT_EXCEEDED: 502,
  RESULT_INVALID: 502,
  FUNCTION_UNAVAILABLE: 503,
  TIMEOUT: 504,
}

/** The platform's code for each code of a call's error frame. */
const codeOfFrame = {
  FUNCTION_FAILED: 'FUNCTION_FAILED',
  RESULT_INVALID: 'RESULT_INVALID',
  EVENT_INVALID: 'EVENT_INVALID',
  LOAD_FAILED: 'FUNCTION_UNAVAILABLE',
  SOURCE_INVALID: 'FUNCTION_UNAVAILABLE',
  HANDLER_NOT_FOUND: 'FUNCTION_UNAVAILABLE',
}

/** Why there is no answer of the function's own: `exception` is for the one who may see it. */
const failure = (code, message, exception) => ({ code, message, exception })

export const timedOut = seconds =>
  failure('TIMEOUT', `The call took longer than the function's timeout of ${seconds} seconds.`)

export const callerGone = failure('CANCELLED', 'The client went away.')

export const stopped = failure('FUNCTION_UNAVAILABLE', 'The function was stopped during the call.')

export const overloaded = failure(
  'FUNCTION_OVERLOADED',
  'The function has as many calls as may run and wait; try again later.',
)

export const waitedTooLong = seconds =>
  failure('FUNCTION_UNAVAILABLE', `No process of the function had room for the call within ${seconds} seconds.`)

/** The process ended; `lines` are what it printed during the call. One that was ended for what it used has a `wayOut`. */
export function crashed({ reason, wayOut }, lines) {
  if (wayOut !== undefined) return failure('LIMIT_EXCEEDED', `The function's process was ended: ${reason}. ${wayOut}`)
  const lastError = lines.findLast(line => line.stream === 'err' && line.text.trim() !== '')
  return failure('FUNCTION_CRASHED', `The function's process ended during the call (${reason}).`, {
    type: 'ProcessEnded',
    message: lastError?.text.trim() ?? '',
    stack: lines.map(line => line.text).join('\n'),
  })
}

/** What the runtime says of a failed call; `hide` masks secrets. */
export function failed({ code, type, message, stack }, hide) {
  const known = codeOfFrame[code] ?? 'FUNCTION_FAILED'
  if (known !== 'FUNCTION_FAILED') return failure(known, hide(message))
  const exception = { type, message: hide(message), stack: hide(stack) }
  return failure(known, 'The function raised an exception.', exception)
}

/** No process could be started for the call; `reason` is a LoadFailure. */
export const notStarted = ({ type, message, lines }) =>
  failure('FUNCTION_UNAVAILABLE', 'The function could not be started.', { type, message, stack: lines.join('\n') })

/** Status, headers and body of a failure, with its exception for who has the diagnostic key. */
export function platformAnswer({ code, message, exception }, isDiagnosed) {
  const shown = isDiagnosed && exception !== undefined
  const body = { error: message, code, ...(shown ? { details: { exception } } : {}) }
  const retry = code === 'FUNCTION_OVERLOADED' ? { 'retry-after': '1' } : {}
  return answerOf(code, body, retry)
}

/** The answer to a request whose body has too many bytes. */
export const bodyTooLarge = () =>
  answerOf('PAYLOAD_TOO_LARGE', {
    error: `The body is larger than ${maxBodyBytes / MiB} MiB, the most that is taken here.`,
    code: 'PAYLOAD_TOO_LARGE',
    details: { maxBytes: maxBodyBytes },
  })

const answerOf = (code, body, headers = {}) => ({
  status: statusOf[code],
  headers: { 'content-type': 'application/json', ...headers },
  code,
  body: Buffer.from(JSON.stringify(body)),
})
