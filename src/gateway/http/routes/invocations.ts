import { errorHeader, invocationIdHeader, invocationOutcomeHeader } from '../../../contract/headers.ts'
import { HksError } from '../../../contract/errors.ts'
import type { InvocationService } from '../../domain/invocationService.ts'
import type { Handlers } from '../handler.ts'
import { toWireInvocation, toWireInvocationDetail } from '../wire/invocation.ts'

type InvocationRoute = 'listInvocations' | 'getInvocation' | 'getInvocationResult' | 'cancelInvocation'

const defaultPageSize = 100
/** When to ask again for an answer that is not there yet. */
const retryAfterSeconds = 1

/** Routes of calls that were made. */
export const invocationHandlers = (invocations: InvocationService): Pick<Handlers, InvocationRoute> => ({
  listInvocations: async ({ caller, params, query }) => {
    const { limit = defaultPageSize, cursor, outcome } = query
    const found = await invocations.list(caller, params.id, {
      limit: limit + 1,
      ...(cursor === undefined ? {} : { after: fromCursor(cursor) }),
      ...(outcome === undefined ? {} : { outcome }),
    })
    const items = found.slice(0, limit)
    const last = items.at(-1)
    const next = found.length > limit && last ? { nextCursor: `${last.startedAt}.${last.id}` } : {}
    return { body: { items: items.map(toWireInvocation), ...next } }
  },
  getInvocation: async ({ caller, params }) => ({
    body: toWireInvocationDetail(await invocations.get(caller, params.id)),
  }),
  getInvocationResult: async ({ caller, params }) => {
    const { invocation, result } = await invocations.result(caller, params.id)
    const { id, outcome, code } = invocation
    const own = { [invocationIdHeader]: id, [invocationOutcomeHeader]: outcome }
    if (!result) {
      return {
        status: 202,
        headers: { ...own, 'content-type': 'application/json', 'Retry-After': String(retryAfterSeconds) },
        bytes: Buffer.from(JSON.stringify({ invocationId: id, outcome })),
      }
    }
    const error = code === undefined ? {} : { [errorHeader]: code }
    return { status: result.status, headers: { ...result.headers, ...own, ...error }, bytes: result.body }
  },
  cancelInvocation: async ({ caller, params }) => ({
    body: toWireInvocation(await invocations.cancel(caller, params.id)),
  }),
})

function fromCursor(cursor: string): { readonly startedAt: number; readonly id: string } {
  const found = /^(\d{1,15})\.(.+)$/.exec(cursor)
  if (found) return { startedAt: Number(found[1]), id: found[2]! }
  throw new HksError('INVALID_REQUEST', `cursor: "${cursor}" is not a cursor of this list.`, {
    details: { field: 'cursor', value: cursor },
    hint: 'Ask for the first page again.',
  })
}
