import { Agent as HttpAgent, type IncomingMessage, type OutgoingHttpHeaders, request as requestHttp } from 'node:http'
import { type Agent as HttpsAgent, request as requestHttps } from 'node:https'
import type { Readable } from 'node:stream'
import { limitConnecting } from '../client/limitConnecting.ts'
import { BrokenTransfer, NotConnected } from './registryError.ts'
import { createTlsAgents } from './tlsAgents.ts'

/** What is sent with a request. */
export interface Body {
  /** Bytes. */
  readonly size: number
  /** The bytes from their beginning; asked again when a redirect is followed. */
  open(): Readable
}

/** One request. */
export interface Exchange {
  readonly method: string
  readonly url: URL
  readonly headers: OutgoingHttpHeaders
  readonly body?: Body
}

/** An answer whose body has not been read. It must be read or destroyed. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: IncomingMessage
  /** After redirects. */
  readonly url: URL
}

/** Sends a request once, as whoever may do it. */
export type SendOnce = (exchange: Exchange, signal: AbortSignal) => Promise<Answer>

/** How registries are reached. */
export interface Transport extends Disposable {
  /**
   * Sends a request and follows redirects; whoever logs in to one host is not known to another.
   * @throws the system's error, BrokenTransfer, `signal.reason`
   */
  send(exchange: Exchange, signal: AbortSignal): Promise<Answer>
}

/** What reaching registries needs. */
export interface TransportOptions {
  /** Whom to trust besides the system, PEM. */
  readonly certificateAuthorities: string | undefined
  /** May name a proxy (HTTPS_PROXY, NO_PROXY). */
  readonly environment: Readonly<Record<string, string>>
  /** A connection on which nothing moves for so long is cut. */
  readonly idleMs?: number
  /** One that does not come about for so long is given up. */
  readonly connectMs?: number
}

const usualIdleMs = 60_000
const usualConnectMs = 10_000
const mostRedirects = 5
const redirects = new Set([301, 302, 307, 308])

/** Connections are kept for the next request until it is disposed. */
export function createTransport(options: TransportOptions): Transport {
  const plain = new HttpAgent({ keepAlive: true })
  const tls = createTlsAgents(options)
  const { idleMs = usualIdleMs, connectMs = usualConnectMs } = options

  return {
    send: async (first, signal) => {
      let exchange = first
      for (let followed = 0; ; followed++) {
        signal.throwIfAborted()
        const { url } = exchange
        const agent = url.protocol === 'https:' ? tls.agentFor(url) : plain
        const answer = await sendOnce(exchange, agent, { idleMs, connectMs }, signal)
        const next = redirectOf(exchange, answer)
        if (next === undefined) {
          return { status: answer.statusCode ?? 0, headers: answer.headers, body: answer, url }
        }
        answer.destroy()
        if (followed === mostRedirects) throw new Error(`${url.host} redirects more than ${mostRedirects} times`)
        exchange = next
      }
    },
    [Symbol.dispose]: () => {
      plain.destroy()
      tls[Symbol.dispose]()
    },
  }
}

function sendOnce(
  { method, url, headers, body }: Exchange,
  agent: HttpAgent | HttpsAgent,
  { idleMs, connectMs }: { readonly idleMs: number; readonly connectMs: number },
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const all = body === undefined ? headers : { ...headers, 'content-length': body.size }
  const source = body?.open()
  const start = url.protocol === 'https:' ? requestHttps : requestHttp
  const request = start(url, { method, headers: all, agent, signal })
  const fail = (error: Error) => reject(signal.aborted ? (signal.reason as Error) : error)
  request.setTimeout(idleMs, () => {
    request.destroy(new BrokenTransfer(`nothing was sent or received for ${idleMs / 1000} seconds`))
  })
  const connecting = limitConnecting(request, connectMs, () =>
    request.destroy(new NotConnected(`${url.host} has not answered for ${connectMs / 1000} seconds`)),
  )
  request.on('error', fail)
  request.once('close', () => clearTimeout(connecting))
  request.once('close', () => fail(new BrokenTransfer('the connection was closed before there was an answer')))
  if (source === undefined) {
    request.once('response', resolve)
    request.end()
    return promise
  }
  source.once('error', error => {
    fail(error)
    request.destroy()
  })
  request.once('close', () => source.destroy())
  request.once('response', answer => {
    // Whoever has answered does not want the rest.
    if (!request.writableEnded) source.unpipe(request).destroy()
    resolve(answer)
  })
  source.pipe(request)
  return promise
}

/** The request that an answer redirects to. @throws BrokenTransfer, Error for one that must not be followed */
function redirectOf({ method, url, headers, body }: Exchange, answer: IncomingMessage): Exchange | undefined {
  const { statusCode = 0, headers: told } = answer
  const isReading = method === 'GET' || method === 'HEAD'
  if (!redirects.has(statusCode) || told.location === undefined || !(isReading || statusCode >= 307)) return undefined
  const next = URL.parse(told.location, url.href)
  if (next === null || !/^https?:$/.test(next.protocol)) throw new Error(`${url.host} redirects to no address`)
  if (url.protocol === 'https:' && next.protocol === 'http:') {
    throw new Error(`${url.host} redirects from https to http, to ${next.host}`)
  }
  const { authorization, ...others } = headers
  const isSame = next.origin === url.origin
  return {
    method,
    url: next,
    headers: isSame && authorization !== undefined ? { ...others, authorization } : others,
    ...(body !== undefined && { body }),
  }
}

/** The first bytes of an answer as text; a longer body is cut off. */
export async function readText({ body }: Answer, mostBytes: number): Promise<string> {
  return (await readBytes(body, mostBytes)).subarray(0, mostBytes).toString('utf8')
}

/** All bytes of a stream, and a chunk beyond `mostBytes` when there are more. */
export async function readBytes(stream: Readable, mostBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    size += chunk.length
    if (size > mostBytes) break
  }
  return Buffer.concat(chunks)
}
