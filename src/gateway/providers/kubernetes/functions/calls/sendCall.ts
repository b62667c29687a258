import { request as requestHttp, type Agent, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { invocationIdHeader } from '../../../../../contract/headers.ts'
import type { InvocationRequest } from '../../../../domain/function.ts'

/** A call on its way to a function's address. */
export interface OutgoingCall {
  /** Where the connection goes. */
  readonly origin: string
  /** The function's host, where it is not that of the origin. */
  readonly host: string
  readonly request: InvocationRequest
  readonly invocationId: string
  /** What lets the program in the pod tell of an exception. */
  readonly diagnosticKey?: string
  readonly agent: Agent
  readonly signal: AbortSignal
}

/** The header of the diagnostic key; it never leaves the cluster's program. */
const keyHeader = 'HKS-Diagnostic-Key'

/** Sends a call and answers the beginning of its answer. @throws the network's error; `signal.reason` */
export function sendCall(call: OutgoingCall): Promise<IncomingMessage> {
  const { origin, host, request, invocationId, diagnosticKey, agent, signal } = call
  const { protocol, hostname, port } = new URL(origin)
  const send = protocol === 'https:' ? requestHttps : requestHttp
  const headers = {
    ...request.headers,
    host,
    'content-length': String(request.body.length),
    [invocationIdHeader]: invocationId,
    ...(diagnosticKey === undefined ? {} : { [keyHeader]: diagnosticKey }),
  }
  return new Promise((resolve, reject) => {
    const outgoing = send(
      {
        hostname: hostname.replace(/^\[|\]$/g, ''),
        port,
        method: request.method,
        path: request.query === '' ? request.path : `${request.path}?${request.query}`,
        headers: headers as Record<string, string | string[]>,
        agent,
        signal,
        // The certificate is the function's, wherever the connection goes.
        ...(protocol === 'https:' ? { servername: host.replace(/:\d+$/, '') } : {}),
      },
      resolve,
    )
    outgoing.on('error', error => reject(signal.aborted ? (signal.reason as Error) : error))
    outgoing.end(request.body)
  })
}
