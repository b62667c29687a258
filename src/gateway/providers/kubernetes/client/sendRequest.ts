import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { limitConnecting } from './limitConnecting.ts'
import type { KubeRequest } from './kubeClient.ts'
import type { RequestAccess } from './loadKubeConfig.ts'
import { requestUrl } from './requestUrl.ts'
import { noAnswer, translateNetworkError } from './translateNetworkError.ts'

/** One request, ready to be sent. */
export interface OutgoingRequest extends Pick<KubeRequest, 'query' | 'contentType' | 'signal'> {
  readonly method: string
  readonly path: string
  /** JSON. */
  readonly body?: string
  readonly accept?: string
  readonly acceptEncoding?: string
  readonly userAgent: string
  /** Milliseconds until the head of the answer must be there. */
  readonly headTimeoutMs: number
}

/** Milliseconds for the connection alone. */
const connectTimeoutMs = 10_000
/** TCP asks after that long in silence whether the peer is still there. */
const probeMs = 15_000

/**
 * Sends a request and waits for the head of its answer; a connection that the server had closed while it was idle is
 * replaced once. The signal ends the answer's body, too. @throws HksError CONNECTION_FAILED; `signal.reason`
 */
export async function sendRequest(access: RequestAccess, outgoing: OutgoingRequest): Promise<IncomingMessage> {
  try {
    return await attempt(access, outgoing)
  } catch (error) {
    if (outgoing.method !== 'GET' || !(error instanceof StaleSocketError)) throw unwrap(error)
    return await attempt(access, outgoing).catch((again: unknown) => {
      throw unwrap(again)
    })
  }
}

const unwrap = (error: unknown): unknown => (error instanceof StaleSocketError ? error.cause : error)

/** The kept connection was closed by the other side before it saw the request. */
class StaleSocketError extends Error {}

/** Makes the request; certificates, keys and headers are read here, nothing is sent yet. @throws HksError CONNECTION_FAILED */
function begin({ server, agent, servername, headers }: RequestAccess, outgoing: OutgoingRequest): ClientRequest {
  const url = requestUrl(server, outgoing.path, outgoing.query)
  try {
    return (url.protocol === 'http:' ? requestHttp : requestHttps)(url, {
      method: outgoing.method,
      agent,
      ...(servername === undefined ? {} : { servername }),
      headers: { ...headersOf(outgoing), ...headers } as Record<string, string | string[]>,
    })
  } catch (error) {
    throw translateNetworkError(error as Error, server.origin)
  }
}

async function attempt(access: RequestAccess, outgoing: OutgoingRequest): Promise<IncomingMessage> {
  const { body, signal } = outgoing
  const { server, proxy } = access
  signal?.throwIfAborted()
  const request = begin(access, outgoing)
  return new Promise((resolve, reject) => {
    let late: Error | undefined
    const fail = (error: Error): void => {
      if (signal?.aborted) reject(signal.reason as Error)
      else if (late) reject(late)
      else {
        const translated = translateNetworkError(error, server.origin, proxy)
        reject(request.reusedSocket ? new StaleSocketError('', { cause: translated }) : translated)
      }
    }
    const giveUp = (milliseconds: number) => {
      late = noAnswer(server.origin, milliseconds, proxy)
      request.destroy(late)
    }
    const timers = [
      setTimeout(() => giveUp(outgoing.headTimeoutMs), outgoing.headTimeoutMs),
      limitConnecting(
        request,
        connectTimeoutMs,
        () => giveUp(connectTimeoutMs),
        socket => socket.setKeepAlive(true, probeMs),
      ),
    ]
    const abort = () => request.destroy(new Error('aborted'))
    const settle = () => timers.forEach(clearTimeout)
    signal?.addEventListener('abort', abort, { once: true })
    request.once('close', () => {
      settle()
      signal?.removeEventListener('abort', abort)
    })
    request.on('error', fail)
    request.once('response', response => {
      settle()
      resolve(response)
    })
    request.end(body)
  })
}

function headersOf({ body, contentType, accept, acceptEncoding, userAgent }: OutgoingRequest): Record<string, string> {
  return {
    'User-Agent': userAgent,
    Accept: accept ?? 'application/json',
    ...(acceptEncoding === undefined ? {} : { 'Accept-Encoding': acceptEncoding }),
    ...(body === undefined
      ? {}
      : { 'Content-Type': contentType ?? 'application/json', 'Content-Length': String(Buffer.byteLength(body)) }),
  }
}
