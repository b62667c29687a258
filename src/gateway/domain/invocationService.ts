import { HksError, notFound } from '../../contract/errors.ts'
import { authorize, type Caller } from './caller.ts'
import type { Clock } from './clock.ts'
import type { Directory } from './directory.ts'
import type { InvocationRecord, KeptRequest, KeptResult } from './function.ts'
import { platformAnswer } from './functionAnswer.ts'
import type { FunctionCalls } from './functionCalls.ts'
import type { RequestKeeper } from './keptRequests.ts'
import type { Perform } from './operation.ts'
import type { InvocationSelection, InvocationStore } from './invocationStore.ts'
import type { PayloadStore } from './payloadStore.ts'

/** A call with what is kept of it. */
export interface InvocationDetail {
  readonly invocation: InvocationRecord
  readonly request?: KeptRequest
  readonly result?: KeptResult
}

/** The answer of a call that nobody waited for: there is none while it runs. */
export interface FetchedResult {
  readonly invocation: InvocationRecord
  readonly result?: Pick<KeptResult, 'status' | 'headers'> & { readonly body: Uint8Array }
}

/** Operations on calls that were made. */
export interface InvocationService {
  /** Newest first. */
  list(caller: Caller, functionId: string, selection: InvocationSelection): Promise<readonly InvocationRecord[]>
  /** @throws HksError NOT_FOUND */
  get(caller: Caller, id: string): Promise<InvocationDetail>
  /** @throws HksError NOT_FOUND also when the answer was not kept, or not for so long */
  result(caller: Caller, id: string): Promise<FetchedResult>
  /** Answers the record when the call has ended. @throws HksError NOT_FOUND, CONFLICT when it had ended before */
  cancel(caller: Caller, id: string): Promise<InvocationRecord>
}

/** What {@link createInvocationService} needs. */
export interface InvocationServiceOptions {
  readonly directory: Directory
  readonly invocations: InvocationStore
  readonly payloads: PayloadStore
  readonly requests: RequestKeeper
  readonly calls: FunctionCalls
  readonly clock: Clock
  readonly perform: Perform
}

/** Makes the service. */
export function createInvocationService(options: InvocationServiceOptions): InvocationService {
  const { directory, invocations, payloads, requests, calls, clock, perform } = options

  /** A call is its function's: whoever may see the one may see the other. */
  const find = async (id: string) => {
    const invocation = await invocations.get(id)
    if (!invocation) throw notFound('invocation', id)
    const { function: fn } = await directory.function(invocation.functionId)
    return { invocation, projectId: fn.projectId }
  }
  const read = async (caller: Caller, id: string): Promise<InvocationRecord> => {
    authorize(caller, 'read')
    const { invocation, projectId } = await find(id)
    authorize(caller, 'read', projectId)
    return invocation
  }
  return {
    list: async (caller, functionId, selection) => {
      authorize(caller, 'read')
      const found = await directory.function(functionId)
      authorize(caller, 'read', found.function.projectId)
      return invocations.list(functionId, selection)
    },
    get: async (caller, id) => {
      const invocation = await read(caller, id)
      await requests.flush()
      const [request, result] = await Promise.all([payloads.request(id), payloads.result(id, clock.now())])
      return { invocation, ...(request ? { request } : {}), ...(result ? { result } : {}) }
    },
    result: async (caller, id) => {
      const invocation = await read(caller, id)
      if (!invocation.async) {
        throw new HksError('NOT_FOUND', `The answer of the call "${id}" went to its caller and was not kept.`, {
          hint: 'Answers are kept of calls with Prefer: respond-async.',
        })
      }
      if (invocation.outcome === 'running') return { invocation }
      const result = await payloads.result(id, clock.now())
      if (result?.body) return { invocation, result: { ...result, body: result.body } }
      if (result) {
        throw new HksError('NOT_FOUND', `The answer of the call "${id}" was too large to be kept.`, {
          details: { bytes: result.bytes },
        })
      }
      const { code, message = '', statusCode } = invocation
      if (code === 'FUNCTION_CRASHED' && statusCode === undefined) {
        // Its gateway was killed: that could keep no answer, but the record says why there is none.
        return { invocation, result: platformAnswer(code, message, invocation) }
      }
      if (code !== undefined && statusCode === undefined) throw new HksError(code, message)
      throw new HksError('NOT_FOUND', `The answer of the call "${id}" is not kept any more.`)
    },
    cancel: async (caller, id) => {
      authorize(caller, 'invoke')
      const { projectId } = await find(id)
      return perform(caller, { scope: 'invoke', action: 'invocation.cancel', resource: id, projectId }, async () => {
        if (!(await calls.cancel(id))) throw new HksError('CONFLICT', `The call "${id}" has ended already.`)
        return (await invocations.get(id))!
      })
    },
  }
}
