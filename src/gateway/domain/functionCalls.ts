import { HksError } from '../../contract/errors.ts'
import { endOf } from './callEnd.ts'
import type { Clock } from './clock.ts'
import type { FunctionRecord, InvocationRecord, InvocationRequest, InvocationResponse } from './function.ts'
import type { RequestKeeper } from './keptRequests.ts'
import type { Functions, InvocationStore, PayloadStore } from './ports.ts'
import { createStartRecord } from './startRecord.ts'

/** One call that is to be made and recorded. */
export interface FunctionCall {
  readonly functions: Functions
  readonly function: FunctionRecord
  readonly request: InvocationRequest
  readonly source: InvocationRecord['source']
  readonly diagnostics: boolean
  /** The caller went away. Without one nobody waits: the answer is kept, to be fetched. */
  readonly signal?: AbortSignal
}

/** A call under way. */
export interface RunningCall {
  readonly invocationId: string
  /** Puts the call on record now; else its start is written only when it is not answered soon. */
  readonly record: () => Promise<void>
  /** The answer, once its record is complete. Rejects when the call could not be made at all. */
  readonly response: Promise<InvocationResponse>
}

/** Calls of functions, each with a record of its start and its end. */
export interface FunctionCalls {
  call(call: FunctionCall): RunningCall
  /** Ends a call that is under way; resolves when its record is complete, to whether there was such a call. */
  cancel(invocationId: string): Promise<boolean>
}

/** Where calls are recorded. */
export interface FunctionCallsOptions {
  readonly invocations: InvocationStore
  readonly payloads: PayloadStore
  readonly requests: RequestKeeper
  readonly clock: Clock
  readonly newId: () => string
  /** Receives failures that no caller waits for. */
  readonly report: (error: unknown) => void
}

/** Answers are kept so long, and no larger than this. */
const resultKeptMs = 24 * 3600 * 1000
/** The largest answer that is kept of a call that nobody waited for. */
export const largestKeptResult = 1024 * 1024

interface Running {
  readonly stop: AbortController
  readonly response: Promise<unknown>
}

/** No calls. */
export function createFunctionCalls(options: FunctionCallsOptions): FunctionCalls {
  const { invocations, payloads, requests, clock, newId, report } = options
  const running = new Map<string, Running>()

  const keepResult = async ({ id, functionId }: InvocationRecord, { status, headers, body }: InvocationResponse) => {
    const at = clock.now()
    await payloads.saveResult({
      invocationId: id,
      functionId,
      at,
      expiresAt: at + resultKeptMs,
      status,
      headers,
      bytes: body.length,
      ...(body.length > largestKeptResult ? {} : { body }),
    })
  }
  const call = ({ functions, function: fn, request, source, diagnostics, signal }: FunctionCall): RunningCall => {
    const started: InvocationRecord = {
      id: newId(),
      functionId: fn.id,
      revision: fn.serving,
      startedAt: clock.now(),
      outcome: 'running',
      source,
      async: signal === undefined,
      coldStart: false,
      queueMs: 0,
      sandbox: 'none',
      requestBytes: request.body.length,
    }
    const { id } = started
    const stop = linkedTo(signal)
    const begin = createStartRecord(clock, () => invocations.save(started))
    if (source === 'invoke')
      requests.keep({ functions, functionId: fn.id, invocationId: id, at: started.startedAt, request })
    const make = async (): Promise<InvocationResponse> => {
      const invoked = functions.invoke(fn.id, id, request, { diagnostics, signal: stop.signal })
      const [result] = await Promise.allSettled([invoked])
      await begin.settle()
      // Before the record says that there is one.
      if (started.async && result.status === 'fulfilled') await keepResult(started, result.value).catch(report)
      await invocations.save({ ...started, completedAt: clock.now(), ...endOf(result) })
      if (result.status === 'rejected') throw result.reason
      return result.value
    }
    const response = make().finally(() => running.delete(id))
    // Nobody may wait for it: a call in the background.
    response.catch(() => undefined)
    running.set(id, { stop, response })
    return { invocationId: id, record: begin.now, response }
  }
  return {
    call,
    cancel: async id => {
      const found = running.get(id)
      if (!found) return false
      found.stop.abort(new HksError('CANCELLED', 'The call was cancelled.'))
      await Promise.allSettled([found.response])
      return true
    },
  }
}

/** Aborts with the signal, and by itself. */
function linkedTo(signal: AbortSignal | undefined): AbortController {
  const controller = new AbortController()
  if (signal?.aborted) controller.abort(signal.reason)
  signal?.addEventListener('abort', () => controller.abort(signal.reason), { once: true })
  return controller
}
