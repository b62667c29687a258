import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { HksError } from '../../contract/errors.ts'
import { type Route, type RouteName, routes, watchPath } from '../../contract/routes.ts'
import type { Caller } from '../domain/caller.ts'
import type { GatewayService } from '../domain/gatewayService.ts'
import { errorAnswer, toHksError } from './errorAnswer.ts'
import type { Guard } from './guard.ts'
import type { Call, Handler, Handlers } from './handler.ts'
import { pathPattern } from './routeMatcher.ts'
import { createValidators } from './validation.ts'
import type { WatchHub } from './watch/watchHub.ts'

/** What the WebSocket side needs. */
export interface SocketOptions {
  readonly guard: Guard
  readonly hub: WatchHub
  readonly handlers: Handlers
  readonly gateway: GatewayService
  /** Receives each error that is the gateway's own fault. */
  readonly report: (error: unknown) => void
}

/** Bytes that a slow client may leave unread before it is cut off; it resumes with its cursor. */
const maxBuffered = 16 * 1024 * 1024
/** A dead connection is noticed after two of these. */
const pingMilliseconds = 30_000
const logRoutes = ['getCronJobLogs', 'getExecutionLogs', 'getFunctionLogs'] as const satisfies readonly RouteName[]

/** Serves `/watch` and the log paths over WebSocket. Dispose closes every connection. */
export function serveSockets(server: Server, options: SocketOptions): { close(reason: string): void } {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 })
  const validators = createValidators()
  const logs = logRoutes.flatMap(name => {
    const route: Route = routes[name]
    const check = { params: validators.query(route.params!), query: validators.query(route.query!) }
    return [route.path, ...(route.aliases ?? [])].map(path => ({ name, pattern: pathPattern(path), check }))
  })

  const connect = async (socket: WebSocket, request: IncomingMessage, caller: Caller) => {
    const url = new URL(request.url ?? '/', 'http://gateway')
    const query = Object.fromEntries(url.searchParams)
    using _client = options.gateway.attach()
    using _alive = keepAlive(socket)
    const closed = new AbortController()
    const gone = new Promise<void>(resolve => socket.once('close', () => resolve(closed.abort())))
    if (url.pathname.replace(/\/$/, '') === watchPath) {
      using _subscription = await options.hub.subscribe({
        cursor: query['cursor'],
        projects: caller.projects,
        send: message => send(socket, JSON.stringify(message)),
        lost: error => {
          options.report(error)
          socket.close(1011)
        },
      })
      await gone
      return
    }
    const found = logs.flatMap(entry => {
      const match = entry.pattern.exec(url.pathname)
      return match ? [{ ...entry, params: { ...match.groups } }] : []
    })[0]
    if (!found) throw new HksError('NOT_FOUND', `There is no WebSocket at ${url.pathname}.`)
    const call = {
      caller,
      params: found.check.params(found.params),
      query: found.check.query({ ...query, follow: 'true' }),
      body: undefined,
      headers: request.headers,
      raw: new Uint8Array(),
      signal: closed.signal,
    } as Call<RouteName>
    const answer = await (options.handlers[found.name] as Handler<RouteName>)(call)
    if (!('stream' in answer)) throw new HksError('INTERNAL', 'A followed log gave no stream.')
    for await (const chunk of answer.stream) if (chunk !== '\n') await written(socket, chunk)
    socket.close(1000)
  }

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    try {
      const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
      const caller = options.guard(request, path)
      const known = path.replace(/\/$/, '') === watchPath || logs.some(entry => entry.pattern.test(path))
      if (!caller || !known) throw new HksError('NOT_FOUND', `There is no WebSocket at ${path}.`)
      sockets.handleUpgrade(request, socket, head, client => {
        // A malformed frame makes ws close the connection by itself (1002, 1007 or 1009).
        client.on('error', () => client.terminate())
        connect(client, request, caller).catch((error: unknown) => {
          const translated = toHksError(error)
          const { status, body } = errorAnswer(translated)
          // The failure to write to a client that went away is nobody's.
          if (client.readyState === client.OPEN) {
            if (translated.code === 'INTERNAL') options.report(translated)
            client.send(JSON.stringify(body))
          }
          // RFC 6455, 7.4.1: 1011 is the server's fault, 1008 the client's.
          client.close(status >= 500 ? 1011 : 1008, body.code)
        })
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
      for (const client of sockets.clients) {
        client.send(JSON.stringify({ type: 'bye', reason }))
        client.close(1001)
      }
      sockets.close()
    },
  }
}

function send(socket: WebSocket, text: string): void {
  if (socket.readyState !== socket.OPEN) return
  if (socket.bufferedAmount > maxBuffered) return socket.terminate()
  socket.send(text)
}

const written = (socket: WebSocket, text: string) =>
  new Promise<void>((resolve, reject) => socket.send(text, error => (error ? reject(error) : resolve())))

function keepAlive(socket: WebSocket): Disposable {
  let answered = true
  socket.on('pong', () => {
    answered = true
  })
  const timer = setInterval(() => {
    if (!answered) return socket.terminate()
    answered = false
    socket.ping()
  }, pingMilliseconds)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
