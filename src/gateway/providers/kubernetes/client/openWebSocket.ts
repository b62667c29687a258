import type { IncomingMessage } from 'node:http'
import WebSocket from 'ws'
import type { RequestAccess } from './loadKubeConfig.ts'
import { noAnswer, translateNetworkError } from './translateNetworkError.ts'
import { requestUrl } from './requestUrl.ts'

/** What a WebSocket is opened for. */
export interface WebSocketRequest {
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly protocol: string
  readonly userAgent: string
  readonly signal?: AbortSignal
}

/** Milliseconds until a WebSocket must be open: the API server reaches the node meanwhile. */
const openTimeoutMs = 15_000

/**
 * Opens a WebSocket to the API server; it is paused, so that nothing comes before somebody listens. An answer that opens none
 * is given back as it is. @throws HksError CONNECTION_FAILED; `signal.reason`
 */
export function openWebSocket(access: RequestAccess, request: WebSocketRequest): Promise<WebSocket | IncomingMessage> {
  const { path, query, protocol, userAgent, signal } = request
  signal?.throwIfAborted()
  const { server, agent, headers, servername, proxy } = access
  const url = requestUrl(server, path, query)
  url.protocol = server.protocol === 'http:' ? 'ws:' : 'wss:'
  const socket = new WebSocket(url, protocol, {
    agent,
    headers: { 'User-Agent': userAgent, ...headers } as Record<string, string>,
    ...(servername === undefined ? {} : { servername }),
    handshakeTimeout: openTimeoutMs,
    perMessageDeflate: false,
  })
  return new Promise((resolve, reject) => {
    const abort = () => socket.terminate()
    signal?.addEventListener('abort', abort, { once: true })
    const settled = () => signal?.removeEventListener('abort', abort)
    socket.once('close', settled)
    socket.once('open', () => {
      socket.pause()
      resolve(socket)
    })
    socket.once('unexpected-response', (_request, response) => {
      settled()
      resolve(response)
    })
    // Stays for good: what fails later is told by the close that follows.
    socket.on('error', error => {
      const isLate = /handshake has timed out/.test(error.message)
      if (signal?.aborted) reject(signal.reason as Error)
      else if (isLate) reject(noAnswer(server.origin, openTimeoutMs, proxy))
      else reject(translateNetworkError(error, server.origin, proxy))
    })
  })
}
