import type { CallFacts, InvocationResponse } from '../../../domain/function.ts'
import { platformAnswer } from '../../../domain/functionAnswer.ts'
import type { StoredFunction } from '../../../domain/localState.ts'
import type { ServedCall } from './callDispatch.ts'
import type { CallOutcome, InstanceCall } from './functionPool.ts'

/** What takes a function's calls. */
export interface CallTaker {
  call(call: InstanceCall): Promise<ServedCall>
}

/** Leads a call to a function's processes, or to the one that is debugged in their place; answers also where none can be. */
export async function callFunction(
  stored: StoredFunction,
  call: InstanceCall,
  debugged: CallTaker | undefined,
  serving: () => CallTaker,
): Promise<InvocationResponse> {
  const { spec, serving: number, status } = stored
  if (!debugged && (number === 0 || status === 'deleting')) {
    const message = `No revision of "${spec.name}" serves${status === 'deploying' ? ' yet' : ''}.`
    return platformAnswer('FUNCTION_UNAVAILABLE', message, { queueMs: 0, coldStart: false, revision: 0 })
  }
  const { outcome, ...served } = await (debugged ?? serving()).call(call)
  return toResponse(outcome, served)
}

function toResponse(outcome: CallOutcome, context: CallFacts): InvocationResponse {
  if (outcome.kind === 'answer') {
    const { kind: _kind, ...answer } = outcome
    return { ...answer, ...context }
  }
  const { code, message, exception } = outcome
  return platformAnswer(code, message, { ...context, ...(exception ? { exception } : {}) })
}
