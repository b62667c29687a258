import { defined } from '../../../base/defined.ts'
import { toInstant } from '../../../base/instant.ts'
import type {
  FunctionCalls,
  Invocation,
  InvocationDetail,
  InvocationPayload,
  InvocationResult,
} from '../../../contract/invocations.ts'
import type { CallSummary } from '../../domain/callSummaries.ts'
import type { InvocationRecord, InvocationRequest, KeptRequest, KeptResult } from '../../domain/function.ts'
import type { InvocationDetail as Detail } from '../../domain/invocationService.ts'

/** A call as answers carry it. */
export const toWireInvocation = (record: InvocationRecord): Invocation => {
  const { startedAt, completedAt } = record
  return defined({
    ...record,
    startedAt: toInstant(startedAt),
    completedAt: completedAt === undefined ? undefined : toInstant(completedAt),
    // The clock may have been set back meanwhile.
    durationMs: completedAt === undefined ? undefined : Math.max(0, completedAt - startedAt),
  })
}

/** How a function was called lately. */
export const toWireCalls = ({ functionId, day, latest }: CallSummary): FunctionCalls => ({
  functionId,
  day: { ...day },
  latest: latest.map(toWireInvocation),
})

/** A call with what is kept of it. */
export const toWireInvocationDetail = ({ invocation, request, result }: Detail): InvocationDetail =>
  defined({
    ...toWireInvocation(invocation),
    request: request && toPayload(request),
    result: result && toResult(result),
  })

const toPayload = ({ headers, body, masked }: KeptRequest): InvocationPayload => {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length)
  const text = bytes.toString()
  const isText = Buffer.from(text).equals(bytes)
  return {
    headers: copyHeaders(headers),
    body: isText ? text : bytes.toString('base64'),
    encoding: isText ? 'utf8' : 'base64',
    masked,
  }
}

const toResult = ({ status, headers, bytes, body, expiresAt }: KeptResult): InvocationResult => ({
  status,
  headers: copyHeaders(headers),
  bytes,
  kept: body !== undefined,
  expiresAt: toInstant(expiresAt),
})

const copyHeaders = (headers: InvocationRequest['headers']): Record<string, string | string[]> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  )
