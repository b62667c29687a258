import { once } from 'node:events'
import { chmod, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { plainHost } from '../../../../base/allowedHost.ts'
import type { AllowedHosts } from './allowedHosts.ts'
import type { ResolveHost } from './lookups.ts'

/** A request that was not let through, or could not be. */
export interface Refusal {
  readonly host: string
  readonly port: number
  /** A sentence for the log of whoever asked. */
  readonly reason: string
}

/** What a proxy needs. */
export interface EgressProxyOptions {
  /** Path of its Unix socket; it is removed with the proxy. */
  readonly socket: string
  readonly allowed: AllowedHosts
  /** Told once for each request that is refused, or whose host can not be reached. Must not throw. */
  readonly onRefusal: (refusal: Refusal) => void
  readonly resolve: ResolveHost
}

/** A proxy for HTTP (absolute addresses) and everything else (CONNECT), the only way out of a sandbox. */
export interface EgressProxy {
  /** Ends all connections. */
  close(): Promise<void>
}

const connectMs = 10_000
const mostConnections = 256

/** Starts a proxy. A name is resolved here, once for each connection, and the address that was checked is connected to. */
export async function startEgressProxy(options: EgressProxyOptions): Promise<EgressProxy> {
  const sockets = new Set<Socket>()
  const keep = (socket: Socket): Socket => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    // Whoever is on the other side of it learns by its end.
    socket.on('error', () => socket.destroy())
    return socket
  }
  const reach = async (host: string, port: number): Promise<Socket> => {
    const socket = keep(connect({ host: await addressOf(options, host, port), port, timeout: connectMs }))
    socket.once('timeout', () => socket.destroy(new Error(`no connection within ${connectMs / 1000} seconds`)))
    await once(socket, 'connect')
    socket.setTimeout(0)
    return socket
  }
  const open = (host: string, port: number): Promise<Socket> =>
    reach(host, port).catch((cause: Error) => {
      if (cause instanceof Refused) throw cause
      const reason = `${host}:${port} can not be reached: ${cause.message}.`
      options.onRefusal({ host, port, reason })
      throw new Error(reason, { cause })
    })
  const server = createServer((incoming, response) => void forward(incoming, response, open))
  server.on('connection', keep)
  server.on('connect', (incoming, client, head) => {
    // What an HTTP server that listens on a socket gives is one.
    void tunnel(incoming, client as Socket, head, open)
  })
  server.maxConnections = mostConnections
  server.listen(options.socket)
  await once(server, 'listening')
  await chmod(options.socket, 0o600)
  return {
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
      await rm(options.socket, { force: true })
    },
  }
}

type Open = (host: string, port: number) => Promise<Socket>

/** A refusal, as an error on its way to an answer. */
class Refused extends Error {}

async function addressOf(options: EgressProxyOptions, host: string, port: number): Promise<string> {
  const { allowed, onRefusal, resolve } = options
  const refuse = (reason: string): Refused => {
    onRefusal({ host, port, reason })
    return new Refused(reason)
  }
  if (!allowed.allowsHost(host, port)) throw refuse(`The network allow-list does not name ${host}:${port}.`)
  const addresses = await resolve(plainHost(host))
  const address = addresses.find(one => allowed.allowsAddress(one, port))
  if (address !== undefined) return address
  throw refuse(
    addresses.length === 0
      ? `${host} has no address.`
      : `${host} is at ${addresses.join(', ')}, a private address that the network allow-list does not name for port ${port}.`,
  )
}

async function tunnel(incoming: IncomingMessage, client: Socket, head: Buffer, open: Open): Promise<void> {
  const target = URL.parse(`http://${incoming.url}`)
  if (target === null) return void client.end('HTTP/1.1 400 Bad Request\r\n\r\n')
  // A URL leaves out the port that is HTTP's own.
  const port = Number(target.port || 80)
  try {
    const upstream = await open(target.hostname, port)
    if (client.destroyed) return void upstream.destroy()
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
    upstream.write(head)
    upstream.pipe(client).pipe(upstream)
    // What was read from one is on its way to the other still.
    client.once('close', () => upstream.destroySoon())
    upstream.once('close', hadError => (hadError ? client.destroy() : client.destroySoon()))
  } catch (error) {
    const { status, text } = answerTo(error)
    client.end(`HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n${text}\n`)
  }
}

/** Headers that belong to one connection (RFC 9110, 7.6.1). */
const hopByHop = ['connection', 'keep-alive', 'proxy-authorization', 'proxy-connection', 'te', 'trailer', 'upgrade']

async function forward(incoming: IncomingMessage, response: ServerResponse, open: Open): Promise<void> {
  const target = URL.parse(incoming.url ?? '')
  if (target?.protocol !== 'http:') return void response.writeHead(400).end('This is a proxy.\n')
  try {
    const upstream = await open(target.hostname, Number(target.port || 80))
    // Whoever asked went away meanwhile, of which nothing more is told.
    if (response.destroyed) return void upstream.destroy()
    const headers = Object.entries(incoming.headers).filter(([name]) => !hopByHop.includes(name))
    const outgoing = request({
      createConnection: () => upstream,
      method: incoming.method ?? 'GET',
      path: target.pathname + target.search,
      headers: { ...Object.fromEntries(headers), host: target.host, connection: 'close' },
    })
    outgoing.once('response', answer => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
      // One that breaks off must not look like one that goes on.
      answer.once('close', () => answer.complete || response.destroy())
    })
    outgoing.on('error', () => response.destroy())
    response.once('close', () => upstream.destroy())
    incoming.pipe(outgoing)
  } catch (error) {
    const { status, text } = answerTo(error)
    response.writeHead(Number.parseInt(status, 10), { 'content-type': 'text/plain' }).end(`${text}\n`)
  }
}

const answerTo = (error: unknown): { readonly status: string; readonly text: string } =>
  error instanceof Refused
    ? { status: '403 Forbidden', text: error.message }
    : { status: '502 Bad Gateway', text: (error as Error).message }
