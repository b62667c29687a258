import type { Invocation, InvocationDetail } from '../contract/invocations.ts'
import { facts } from './output/table.ts'
import { relative, span } from './output/time.ts'

/** The cells of a call's row: what {@link invocationHeadings} names. */
export const invocationRow = (call: Invocation, now: number): readonly string[] => [
  call.id,
  relative(call.startedAt, now),
  statusOf(call),
  tookOf(call),
  String(call.revision),
]

/** Headings of {@link invocationRow}. */
export const invocationHeadings = ['call', 'when', 'status', 'took', 'revision'] as const

/** All that is known of a call of the function with that name. */
export const invocationFacts = (call: InvocationDetail, functionName: string, now: number): string =>
  facts([
    ['Call', call.id],
    ['Function', functionName],
    ['Revision', String(call.revision)],
    ['Started', `${call.startedAt} (${relative(call.startedAt, now)})`],
    ['Status', `${call.outcome}${call.outcome === 'running' ? '' : `, ${statusOf(call)}`}`],
    ['Message', call.message],
    ['Took', tookOf(call)],
    ['Waited', call.queueMs === 0 ? undefined : span(call.queueMs)],
    ['Sandbox', call.sandbox],
    ['Called by', { invoke: 'invoke', url: 'its URL', schedule: 'a schedule' }[call.source]],
    ['Request', `${call.requestBytes} bytes${call.request ? '' : ' (not kept)'}`],
    ['Answer', call.responseBytes === undefined ? undefined : `${call.responseBytes} bytes${answerOf(call)}`],
  ])

/** What was sent, as text for people. */
export function payloadText({ request }: InvocationDetail): string | undefined {
  if (!request || request.body === '') return undefined
  if (request.encoding === 'base64') return `(${Buffer.from(request.body, 'base64').length} bytes that are no text)`
  return request.masked ? `${request.body}\n(A secret in it was masked.)` : request.body
}

const statusOf = (call: Invocation): string => call.code ?? String(call.statusCode ?? call.outcome)

const tookOf = ({ durationMs, coldStart }: Invocation): string =>
  durationMs === undefined ? '-' : `${span(durationMs)}${coldStart ? ', cold' : ''}`

const answerOf = ({ result, async }: InvocationDetail): string => {
  if (result) return result.kept ? `, kept until ${result.expiresAt}` : ', too large to be kept'
  return async ? ', not kept any more' : ''
}
