import { IdParams } from '../common.ts'
import { Invocation, InvocationDetail } from '../invocations.ts'
import { type Route, v1 } from './route.ts'

/** Routes of calls that were made. */
export const invocationRoutes = {
  getInvocation: {
    method: 'GET',
    path: `${v1}/invocations/:id`,
    summary: 'Read a call with what it was sent',
    scope: 'read',
    params: IdParams,
    success: { status: 200, body: InvocationDetail },
  },
  getInvocationResult: {
    method: 'GET',
    path: `${v1}/invocations/:id/result`,
    summary: 'Fetch the answer of a call that nobody waited for',
    scope: 'read',
    params: IdParams,
    raw: true,
    success: { status: 200, also: [202] },
  },
  cancelInvocation: {
    method: 'POST',
    path: `${v1}/invocations/:id/cancel`,
    summary: 'End a call that is under way',
    scope: 'invoke',
    params: IdParams,
    success: { status: 200, body: Invocation },
  },
} as const satisfies Record<string, Route>
