import { HksError } from '../../../contract/errors.ts'
import type { SplitLine } from '../../platform/splitLines.ts'
import { createLineSplitter } from '../../platform/splitLines.ts'
import { type AttemptEnd, failedAttempt, type StartAttempt } from './attempt.ts'
import type { RunLog } from './runLog.ts'

/** What a call of a function by a schedule gives: the run succeeds when `status` is 2xx. */
export interface FunctionCall {
  readonly status: number
  /** All of it, or its beginning. */
  readonly body: Uint8Array
  /** All of them. */
  readonly bytes: number
  /** One sentence when the platform made the answer. */
  readonly message?: string
}

/** Calls a function for a run and records the call. */
export type CallFunction = (
  functionId: string,
  payload: unknown,
  executionId: string,
  signal: AbortSignal,
) => Promise<FunctionCall>

/** Bytes of an answer that go to the run's log. */
const loggedBytes = 64 * 1024

/** Calls a function; its answer is the run's output. */
export function createFunctionAttempts(
  call: CallFunction | undefined,
  logOf: (applicationId: string, executionId: string) => RunLog,
): StartAttempt {
  return async ({ job, target, executionId }) => {
    if (target.kind !== 'function') throw new TypeError('not a function')
    if (!call) return failedAttempt('This gateway runs no functions.')
    const log = logOf(job.id, executionId)
    const abort = new AbortController()
    const ended = call(target.functionId, target.payload, executionId, abort.signal).then(
      answer => {
        log.write('stdout', linesOf(answer.body))
        log.system(`The function answered ${answer.status} with ${answer.bytes} bytes.`)
        return endOf(answer)
      },
      (error: unknown) => ({ exitCode: 1, cause: notCalled(error) }),
    )
    return {
      ended,
      end: async () => {
        abort.abort()
        await ended
      },
    }
  }
}

/** A CronJob is made only with a function that exists. */
const notCalled = (error: unknown): string =>
  error instanceof HksError && error.code === 'NOT_FOUND'
    ? 'The function it calls was deleted.'
    : `The function was not called: ${(error as Error).message}`

function endOf({ status, message }: FunctionCall): AttemptEnd {
  if (status >= 200 && status < 300) return { exitCode: 0 }
  return { exitCode: 1, cause: message ?? `The function answered ${status}.` }
}

function linesOf(body: Uint8Array): readonly SplitLine[] {
  const splitter = createLineSplitter(loggedBytes)
  return [...splitter.push(body.subarray(0, loggedBytes)), ...splitter.flush()]
}
