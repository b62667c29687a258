import type { IncomingMessage } from 'node:http'
import { errorHeader, invocationIdHeader, revisionHeader } from '../../../../../contract/headers.ts'
import type { CallFacts, InvocationResponse } from '../../../../domain/function.ts'
import { type Exception, platformAnswer, type PlatformCode, platformStatus } from '../../../../domain/functionAnswer.ts'
import { type ContainerEnd, endedDuringCall } from './containerEnds.ts'

/** Headers of one connection or of what lies between: none of the function's. */
const notOwn =
  /^(?:connection|keep-alive|transfer-encoding|content-length|date|trailer|upgrade|proxy-.+|via|alt-svc|x-envoy-.+|hks-invocation-id|hks-error|hks-revision)$/
/** What ingresses write there themselves. */
const ingressServers = /^(?:envoy|istio-envoy)$/

/** The function's own headers, lower-case; one that came more than once is a list. */
export function ownHeaders(raw: readonly string[]): InvocationResponse['headers'] {
  const headers: Record<string, string | readonly string[]> = {}
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at]!.toLowerCase()
    const value = raw[at + 1]!
    if (notOwn.test(name) || (name === 'server' && ingressServers.test(value))) continue
    headers[name] = Object.hasOwn(headers, name) ? [headers[name]!, value].flat() : value
  }
  return headers
}

/** Whether the program in the pod made the answer, or let the function make it. */
export const isFromPod = ({ headers }: IncomingMessage): boolean =>
  headers[invocationIdHeader.toLowerCase()] !== undefined

/** The number of the revision that made the answer; `undefined` where the call did not have the key. */
export function answeringRevision({ headers }: IncomingMessage): number | undefined {
  const text = headers[revisionHeader.toLowerCase()]
  return typeof text === 'string' && /^\d{1,9}$/.test(text) ? Number(text) : undefined
}

/** What the program in the pod says in place of the function, from its body; `undefined` when the function answered. */
export function platformAnswerOfPod(
  { headers }: IncomingMessage,
  body: Uint8Array,
  facts: CallFacts,
): InvocationResponse | undefined {
  const code = headers[errorHeader.toLowerCase()]
  if (!isPlatformCode(code)) return undefined
  const said = JSON.parse(Buffer.from(body).toString()) as {
    readonly error: string
    readonly details?: { readonly exception?: Exception }
  }
  const exception = said.details?.exception
  return platformAnswer(code, said.error, { ...facts, ...(exception ? { exception } : {}) })
}

const isPlatformCode = (code: unknown): code is PlatformCode =>
  typeof code === 'string' && Object.hasOwn(platformStatus, code)

/**
 * An answer of Knative or of the ingress, for a call that did not come to the program in a pod, or did not come back; `end` is
 * how a container of the function ended meanwhile.
 */
export function answerOfKnative(
  status: number,
  body: string,
  timeoutSeconds: number,
  facts: CallFacts,
  end?: ContainerEnd,
): InvocationResponse {
  const said = body.trim().replace(/\s+/g, ' ').slice(0, longestQuote)
  if (status === 429 || /queue full|overload/i.test(said)) {
    return platformAnswer(
      'FUNCTION_OVERLOADED',
      'The function has as many calls as may run and wait; try again later.',
      facts,
    )
  }
  if (status === 504) {
    return platformAnswer(
      'TIMEOUT',
      `The call took longer than the function's timeout of ${timeoutSeconds} seconds.`,
      facts,
    )
  }
  if (status === 502 || end) {
    const { code, message } = endedDuringCall(end)
    return platformAnswer(code, message, facts)
  }
  const words = said === '' ? '' : `: ${said}`
  return platformAnswer(
    'FUNCTION_UNAVAILABLE',
    `The cluster could not serve the call (status ${status}${words}).`,
    facts,
  )
}

const longestQuote = 200
