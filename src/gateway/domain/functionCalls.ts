import { HksError } from '../../contract/errors.ts'
import { readWhole, type WholeAnswer, withEnd } from './answerStream.ts'
import type { CallSummaries } from './callSummaries.ts'
import { type CallEnd, endOf, endOfRefused, endOfStream } from './callEnd.ts'
import type { Clock } from './clock.ts'
import type { FunctionRecord, InvocationRecord, InvocationRequest, InvocationResponse } from './function.ts'
import type { RequestKeeper } from './keptRequests.ts'
import type { CallMeter } from './callMeter.ts'
import type { InvocationStore } from './invocationStore.ts'
import type { PayloadStore } from './payloadStore.ts'
import type { Functions } from './ports.ts'
import { createStartRecords } from './startRecords.ts'

/** One call that is to be made and recorded. */
export interface FunctionCall {
  readonly functions: Functions
  readonly function: FunctionRecord
  readonly request: InvocationRequest
  readonly source: InvocationRecord['source']
  readonly diagnostics: boolean
  /** The id that the caller chose; see `refuseTaken`. */
  readonly id?: string
  /** Aborted when the caller goes away, and by what cancels the call. Without one nobody waits: the answer is kept. */
  readonly stop?: AbortController
}

/** A call under way. */
export interface RunningCall {
  readonly invocationId: string
  /**
   * Puts the call on record now; else its start is written only when it is not answered soon. One that can not be recorded
   * is cancelled.
   */
  readonly record: () => Promise<void>
  /**
   * The answer, once its record is complete or can not be written; of one that comes bit by bit the beginning, which has to
   * be read. Rejects when the call could not be made at all.
   */
  readonly response: Promise<InvocationResponse>
}

/** Calls of functions, each with a record of its start and its end. */
export interface FunctionCalls {
  /** @throws HksError CONFLICT when a call that is under way has the chosen id */
  call(call: FunctionCall): RunningCall
  /** @throws HksError CONFLICT when a call has this id */
  refuseTaken(id: string): Promise<void>
  /** When a call that is under way has its record complete; `undefined` of any other. */
  ended(id: string): Promise<void> | undefined
  /** How many go on. */
  underWay(): number
  /** Ends a call that is under way; resolves when its record is complete, to whether there was such a call. */
  cancel(invocationId: string): Promise<boolean>
}

/** Where calls are recorded. */
export interface FunctionCallsOptions {
  readonly invocations: InvocationStore
  readonly payloads: PayloadStore
  readonly requests: RequestKeeper
  readonly meters: readonly CallMeter[]
  readonly summaries: Pick<CallSummaries, 'note'>
  readonly clock: Clock
  readonly newId: () => string
  /** Receives failures that no caller waits for. */
  readonly report: (error: unknown) => void
}

/** How long the answer of a call that nobody waited for is kept. */
const resultKeptMs = 24 * 3600 * 1000
/** The largest one that is kept. */
const largestKeptResult = 1024 * 1024

interface Running {
  readonly stop: AbortController
  /** Made for who waits for the end besides the caller. */
  ended?: PromiseWithResolvers<void>
}

/** No calls. */
export function createFunctionCalls(options: FunctionCallsOptions): FunctionCalls {
  const { invocations, payloads, requests, meters, summaries, clock, newId, report } = options
  const running = new Map<string, Running>()

  const save = async (record: InvocationRecord): Promise<void> => {
    await invocations.save(record)
    summaries.note(record)
  }
  const starts = createStartRecords(clock, save)
  const keepResult = async ({ id, functionId }: InvocationRecord, { response, bytes }: WholeAnswer) => {
    const at = clock.now()
    const { status, headers, body } = response
    await payloads.saveResult({
      invocationId: id,
      functionId,
      at,
      expiresAt: at + resultKeptMs,
      status,
      headers,
      bytes,
      ...(bytes > largestKeptResult ? {} : { body }),
    })
  }
  const call = ({
    functions,
    function: fn,
    request,
    source,
    diagnostics,
    id: chosen,
    stop: given,
  }: FunctionCall): RunningCall => {
    const started: InvocationRecord = {
      id: chosen ?? newId(),
      functionId: fn.id,
      revision: fn.serving,
      startedAt: clock.now(),
      outcome: 'running',
      source,
      async: given === undefined,
      coldStart: false,
      queueMs: 0,
      requestBytes: request.body.length,
    }
    const { id } = started
    // Another may have taken it since it was looked for.
    if (running.has(id)) throw taken(id)
    const stop = given ?? new AbortController()
    const entry: Running = { stop }
    const start = starts.began(started)
    if (source === 'invoke')
      requests.keep({ functions, functionId: fn.id, invocationId: id, at: started.startedAt, request })
    const finish = async (end: CallEnd): Promise<void> => {
      const record = { ...started, completedAt: clock.now(), ...end }
      for (const meter of meters) meter.ended(fn, record)
      const starting = starts.ended(start)
      if (starting) await starting
      // What the function has done is done, and its caller has to know: a full disk costs the record, not the answer.
      await save(record).catch(report)
      running.delete(id)
      entry.ended?.resolve()
    }
    const make = async (): Promise<InvocationResponse> => {
      let answer: InvocationResponse
      try {
        answer = await functions.invoke(fn.id, id, request, { diagnostics, signal: stop.signal })
      } catch (error) {
        await finish(endOfRefused(error))
        throw error
      }
      const { stream } = answer
      if (started.async) {
        const whole = await readWhole(answer, largestKeptResult)
        // Before the record says that there is one.
        await keepResult(started, whole).catch(report)
        await finish(endOf(whole.response, whole.bytes))
        return whole.response
      }
      if (stream) {
        const end = (bytes: number, error?: unknown) => finish(endOfStream(answer, bytes, error))
        return { ...answer, stream: withEnd(stream, end) }
      }
      await finish(endOf(answer, answer.body.length))
      return answer
    }
    for (const meter of meters) meter.began(fn, started)
    running.set(id, entry)
    const response = make()
    // Nobody may wait for it: a call in the background.
    response.catch(() => undefined)
    const record = () =>
      starts.write(start).catch((error: unknown) => {
        // Nobody would ever find its answer.
        stop.abort(new HksError('CANCELLED', 'The call could not be recorded.'))
        throw error
      })
    return { invocationId: id, record, response }
  }
  return {
    call,
    refuseTaken: async id => {
      if (!running.has(id) && !(await invocations.get(id))) return
      throw taken(id)
    },
    ended: id => {
      const entry = running.get(id)
      return entry && endOfCall(entry)
    },
    underWay: () => running.size,
    cancel: async id => {
      const found = running.get(id)
      if (!found) return false
      found.stop.abort(new HksError('CANCELLED', 'The call was cancelled.'))
      await endOfCall(found)
      return true
    },
  }
}

const taken = (id: string) =>
  new HksError('CONFLICT', `There is a call with the id "${id}" already.`, { details: { id } })

const endOfCall = (entry: Running): Promise<void> => (entry.ended ??= Promise.withResolvers<void>()).promise
