import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { HksError } from '../../../contract/errors.ts'
import type { Caller } from '../../domain/caller.ts'
import type { FunctionService } from '../../domain/functionService.ts'
import type { GatewayService } from '../../domain/gatewayService.ts'
import { errorAnswer, toHksError } from '../errorAnswer.ts'
import type { Guard } from '../guard.ts'
import type { Handlers } from '../handler.ts'
import { createValidators } from '../validation.ts'
import type { WatchHub } from '../watch/watchHub.ts'
import { debugSocket } from './debugSocket.ts'
import { invokeSocket } from './invokeSocket.ts'
import { keepAlive } from './keepAlive.ts'
import { logSockets } from './logSockets.ts'
import type { SocketRoute } from './socketRoute.ts'
import { watchSocket } from './watchSocket.ts'

/** What the WebSocket side needs. */
export interface SocketOptions {
  readonly guard: Guard
  readonly hub: WatchHub
  readonly handlers: Handlers
  readonly gateway: GatewayService
  readonly functions: Pick<FunctionService, 'debug'>
  /** Receives each error that is the gateway's own fault. */
  readonly report: (error: unknown) => void
}

/** Serves `/watch`, the log paths, `invoke` and `debug` over WebSocket. `close` tells every client why and ends its connection. */
export function serveSockets(server: Server, options: SocketOptions): { close(reason: string): void } {
  const validators = createValidators()
  const routes: readonly SocketRoute[] = [
    watchSocket(options.hub, options.report),
    ...logSockets(options.handlers, validators),
    invokeSocket(options.handlers, validators),
    debugSocket(options.functions, validators),
  ]
  const endpoints = routes.map(route => ({
    route,
    sockets: new WebSocketServer({ noServer: true, maxPayload: route.longestMessage }),
  }))

  const connect = async (socket: WebSocket, request: IncomingMessage, caller: Caller, route: SocketRoute) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://gateway')
    using _client = options.gateway.attach()
    using _alive = keepAlive(socket)
    const closed = new AbortController()
    socket.once('close', () => closed.abort(new HksError('CANCELLED', 'The client went away.')))
    await route.serve({
      socket,
      caller,
      params: { ...route.pattern.exec(pathname)?.groups },
      query: Object.fromEntries(searchParams),
      headers: request.headers,
      gone: closed.signal,
      stop: closed,
    })
    socket.close(1000)
  }

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    try {
      const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
      const caller = options.guard(request, path)
      const found = endpoints.find(({ route }) => route.pattern.test(path))
      if (!caller || !found) throw new HksError('NOT_FOUND', `There is no WebSocket at ${path}.`)
      found.sockets.handleUpgrade(request, socket, head, client => {
        // ws itself closes the connection for a malformed or too large frame (1002, 1007, 1009), and a broken one.
        client.on('error', () => undefined)
        connect(client, request, caller, found.route).catch((error: unknown) => refuse(client, error, options.report))
      })
    } catch (error) {
      const { status, body } = errorAnswer(toHksError(error))
      const text = JSON.stringify(body)
      socket.end(
        `HTTP/1.1 ${status} ${body.code}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
      )
    }
  }
  server.on('upgrade', onUpgrade)
  return {
    close: reason => {
      server.off('upgrade', onUpgrade)
      for (const { sockets } of endpoints) {
        for (const client of sockets.clients) {
          client.send(JSON.stringify({ type: 'bye', reason }))
          client.close(1001)
        }
        sockets.close()
      }
    },
  }
}

function refuse(client: WebSocket, error: unknown, report: (error: unknown) => void): void {
  const translated = toHksError(error)
  const { status, body } = errorAnswer(translated)
  // The failure to write to a client that went away is nobody's.
  if (client.readyState === client.OPEN) {
    if (translated.code === 'INTERNAL') report(translated)
    client.send(JSON.stringify(body))
  }
  // RFC 6455, 7.4.1: 1011 is the server's fault, 1008 the client's.
  client.close(status >= 500 ? 1011 : 1008, body.code)
}
