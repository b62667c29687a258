import type { Clock } from './clock.ts'
import type { FunctionRecord, InvocationRecord, InvocationRequest, InvocationResponse } from './function.ts'
import type { Functions, InvocationStore } from './ports.ts'

/** One call that is to be made and recorded. */
export interface FunctionCall {
  readonly functions: Functions
  readonly function: FunctionRecord
  readonly request: InvocationRequest
  readonly source: InvocationRecord['source']
  readonly diagnostics: boolean
  readonly signal: AbortSignal
}

/** A call under way. */
export interface RunningCall {
  readonly invocationId: string
  /** The call is on record. */
  readonly recorded: Promise<void>
  /** The answer, once its record is complete. Rejects when the call could not be made at all. */
  readonly response: Promise<InvocationResponse>
}

/** Makes calls of functions, each with a record of its start and its end. */
export type CallFunction = (call: FunctionCall) => RunningCall

const longestMessage = 500

/** Records calls in `invocations`. */
export const createCallFunction =
  (invocations: InvocationStore, clock: Clock, newId: () => string): CallFunction =>
  ({ functions, function: { id, serving }, request, source, diagnostics, signal }) => {
    const started: InvocationRecord = {
      id: newId(),
      functionId: id,
      revision: serving,
      startedAt: clock.now(),
      outcome: 'running',
      source,
      coldStart: false,
      requestBytes: request.body.length,
    }
    const recorded = invocations.save(started)
    const call = async (): Promise<InvocationResponse> => {
      const [response] = await Promise.allSettled([
        functions.invoke(id, started.id, request, { diagnostics, signal }),
        recorded,
      ])
      await recorded
      await invocations.save({ ...started, completedAt: clock.now(), ...endOf(response) })
      if (response.status === 'rejected') throw response.reason
      return response.value
    }
    const response = call()
    // Both are handed out, and whoever needs only one must not be ended by the other's failure.
    recorded.catch(() => undefined)
    response.catch(() => undefined)
    return { invocationId: started.id, recorded, response }
  }

function endOf(
  result: PromiseSettledResult<InvocationResponse>,
): Partial<InvocationRecord> & { outcome: 'succeeded' | 'failed' } {
  if (result.status === 'rejected') {
    return { outcome: 'failed', code: 'INTERNAL', message: firstLine((result.reason as Error).message) }
  }
  const { code, message, exception, status, body, coldStart, revision } = result.value
  const sentence = exception ? `${message ?? ''} ${exception.type}: ${exception.message}` : message
  return {
    // A status that the function chose is its answer; 5xx says that it failed.
    outcome: code === undefined && status < 500 ? 'succeeded' : 'failed',
    statusCode: status,
    responseBytes: body.length,
    coldStart,
    revision,
    ...(code === undefined ? {} : { code }),
    ...(sentence === undefined ? {} : { message: firstLine(sentence) }),
  }
}

const firstLine = (text: string): string => (text.split('\n', 1)[0] ?? '').trim().slice(0, longestMessage)
