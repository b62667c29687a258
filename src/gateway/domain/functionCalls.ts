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
  /** Puts the call on record now; else its start is written only when it is not answered soon. */
  readonly record: () => Promise<void>
  /** The answer, once its record is complete. Rejects when the call could not be made at all. */
  readonly response: Promise<InvocationResponse>
}

/** Makes calls of functions, each with a record of its start and its end. */
export type CallFunction = (call: FunctionCall) => RunningCall

const longestMessage = 500
/** A call that is answered within this time is written once. */
const shortCallMs = 50

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
    const begin = createStartRecord(clock, () => invocations.save(started))
    const call = async (): Promise<InvocationResponse> => {
      const invoked = functions.invoke(id, started.id, request, { diagnostics, signal })
      const [response] = await Promise.allSettled([invoked])
      await begin.settle()
      await invocations.save({ ...started, completedAt: clock.now(), ...endOf(response) })
      if (response.status === 'rejected') throw response.reason
      return response.value
    }
    const response = call()
    // Nobody may wait for it: a call in the background.
    response.catch(() => undefined)
    return { invocationId: started.id, record: begin.now, response }
  }

/** Writes the start of a call when it takes longer than a moment: a short one is written once, with its end. */
function createStartRecord(clock: Clock, save: () => Promise<void>) {
  let saved: Promise<void> | undefined
  const now = (): Promise<void> => {
    timer[Symbol.dispose]()
    return (saved ??= save())
  }
  const timer = clock.callAfter(shortCallMs, () => void now().catch(() => undefined))
  return {
    now,
    /** Waits for a write under way. Its failure is that of the second write, too, which is awaited. */
    settle: async () => {
      timer[Symbol.dispose]()
      await saved?.catch(() => undefined)
    },
  }
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
