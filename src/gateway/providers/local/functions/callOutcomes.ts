import { HksError } from '../../../../contract/errors.ts'
import { AnswerBroken } from '../../../domain/functionAnswer.ts'
import { defined } from '../../../../base/defined.ts'
import { limitExceeded } from '../../../domain/limitExceeded.ts'
import { LoadFailure } from '../../../domain/loadFailure.ts'
import type { CallOutcome } from './functionPool.ts'
import type { RuntimeEnd } from './runtimeEnd.ts'
import type { TailLine } from './outputTail.ts'
import { callErrorCodes, type ErrorFrame } from './runtimeFrames.ts'
import { maxAnswerBytes } from './runtimeProcess.ts'

const MiB = 1024 * 1024

/** Its process was stopped with the gateway or with the function. */
export const stopped: CallOutcome = {
  kind: 'failure',
  code: 'FUNCTION_UNAVAILABLE',
  message: 'The function was stopped during the call.',
}
/** Nobody waits for the answer any more; the signal says why. */
export const cancelledBy = ({ reason }: AbortSignal): CallOutcome => ({
  kind: 'failure',
  code: 'CANCELLED',
  message: reason instanceof HksError ? reason.message : 'The caller went away.',
})

/** Why an answer that had begun does not go on. A runtime that answers twice has begun the second one for nothing. */
export const brokenBy = (outcome: CallOutcome): AnswerBroken =>
  outcome.kind === 'failure'
    ? new AnswerBroken(outcome.code, outcome.message, outcome.exception)
    : new AnswerBroken('FUNCTION_CRASHED', 'The answer ended in an unexpected way.')

/** The answer did not come in time. */
export const timedOut = (seconds: number): CallOutcome => ({
  kind: 'failure',
  code: 'TIMEOUT',
  message: `The call took longer than the function's timeout of ${seconds} seconds.`,
})

/** The answer has more bytes than are held. */
export const tooLarge = (bytes: number): CallOutcome => ({
  kind: 'failure',
  code: 'RESULT_INVALID',
  message: `The result has ${bytes} bytes; at most ${maxAnswerBytes / MiB} MiB can be answered.`,
})

/** The process ended; `lines` are what it printed during the call. */
export function crash({ reason, wayOut }: RuntimeEnd, lines: readonly TailLine[]): CallOutcome {
  const lastError = lines.findLast(line => line.stream === 'stderr' && line.text.trim() !== '')
  if (wayOut !== undefined) {
    return {
      kind: 'failure',
      code: 'LIMIT_EXCEEDED',
      message: limitExceeded({ reason, wayOut }),
    }
  }
  return {
    kind: 'failure',
    code: 'FUNCTION_CRASHED',
    message: `The function's process ended during the call (${reason}).`,
    exception: {
      type: 'ProcessEnded',
      message: lastError?.text.trim() ?? '',
      stack: lines.map(line => line.text).join('\n'),
    },
  }
}

/** What the runtime says of a failed call; `hide` masks secrets. */
export function callFailure({ code, type, message, stack }: ErrorFrame, hide: (text: string) => string): CallOutcome {
  const known = callErrorCodes[code] ?? 'FUNCTION_FAILED'
  if (known !== 'FUNCTION_FAILED') return { kind: 'failure', code: known, message: hide(message) }
  return {
    kind: 'failure',
    code: known,
    message: 'The function raised an exception.',
    exception: { type, message: hide(message), stack: hide(stack) },
  }
}

/** What the runtime says of a failed load; `printed` are the last lines of the process. */
export function loadFailure(
  frame: ErrorFrame,
  hide: (text: string) => string,
  printed: readonly string[],
): LoadFailure {
  const { code, type, message, stack, file, line, column } = frame
  const place = file === undefined ? {} : { place: defined({ file, line, column }) }
  const trace = stack.split('\n').filter(one => one !== '')
  const isSyntaxError = code === 'SOURCE_INVALID'
  return new LoadFailure(type, hide(message), { ...place, isSyntaxError, printed, trace: trace.map(hide) })
}

/** The process ended before the code was loaded; `printed` are its last lines. In Go a panic of the code ends it. */
export function endedEarly({ reason, wayOut }: RuntimeEnd, printed: readonly string[]): LoadFailure {
  if (wayOut !== undefined) {
    const message = `The process was ended while the code was loaded: ${reason}. ${wayOut}`
    return new LoadFailure('LimitExceeded', message, { printed, trace: [] })
  }
  const panic = printed.findLast(line => line.startsWith('panic: '))
  const why = panic === undefined ? '.' : `: ${panic}`
  return new LoadFailure('ProcessEnded', `The process ended while the code was loaded (${reason})${why}`, {
    printed,
    trace: [],
  })
}

/** No process could take the call. */
export const unavailable = (
  message: string,
  exception?: { type: string; message: string; stack: string },
): CallOutcome => ({
  kind: 'failure',
  code: 'FUNCTION_UNAVAILABLE',
  message,
  ...(exception ? { exception } : {}),
})

/** As many calls run and wait as may. */
export const overloaded: CallOutcome = {
  kind: 'failure',
  code: 'FUNCTION_OVERLOADED',
  message: 'The function has as many calls as may run and wait; try again later.',
}

/** A call waited for a process for so long. */
export const waitedTooLong = (seconds: number): CallOutcome =>
  unavailable(`No process of the function had room for the call within ${seconds} seconds.`)

/** The process for a call could not be started; what nobody foresaw is thrown on. */
export function notStarted(error: unknown, signal: AbortSignal): CallOutcome {
  if (signal.aborted) return cancelledBy(signal)
  if (error instanceof LoadFailure) {
    const { type, message, context } = error
    const stack = [...context.printed, ...context.trace].join('\n')
    return unavailable('The function could not be started.', { type, message, stack })
  }
  if (!(error instanceof HksError)) throw error
  const message = error.hint === undefined ? error.message : `${error.message} ${error.hint}`
  return unavailable('The function could not be started.', { type: error.code, message, stack: '' })
}
