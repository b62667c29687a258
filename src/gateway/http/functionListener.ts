import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { HksError } from '../../contract/errors.ts'
import { errorHeader, functionTokenHeader } from '../../contract/headers.ts'
import type { Caller } from '../domain/caller.ts'
import type { InvocationRequest } from '../domain/function.ts'
import type { FunctionService } from '../domain/functionService.ts'
import type { Settings } from '../domain/localState.ts'
import { abortedWith } from './abortedWith.ts'
import { errorAnswer, toHksError } from './errorAnswer.ts'
import { type FunctionHttpAnswer, toHttpAnswer } from './functionAnswer.ts'
import { listenOnKeptPort } from './keptPort.ts'
import { readBody } from './readBody.ts'
import { guardRequest } from './requestGuard.ts'
import { abandon, streamAnswer } from './streamAnswer.ts'

// An import statement would read every export, and so load the whole of fetch and WebSocket: 40 ms of each start.
const { createServer } = process.getBuiltinModule('node:http')

/** The second loopback listener: the functions' own URLs, `http://127.0.0.1:PORT/f/FUNCTION_ID/…`. */
export interface FunctionListener {
  /** Listens on the port of the last time, or on another one when that is taken. */
  start(): Promise<void>
  /** The origin of the URLs. Only after `start`. */
  origin(): string
  /** Ends all connections. Idempotent. */
  close(): Promise<void>
}

/** What the listener needs. */
export interface FunctionListenerOptions {
  readonly functions: Pick<FunctionService, 'urlAccess' | 'invoke'>
  readonly settings: Settings
  /** Tells the user that the URLs have changed. */
  readonly notice: (text: string) => void
  /** Receives failures that are the gateway's own. */
  readonly report: (error: unknown) => void
}

const maxBodyBytes = 10 * 1024 * 1024
/** `/f/ID`, what follows it, and the query. */
const target = /^\/f\/([^/?#]+)(\/[^?#]*)?(?:\?([^#]*))?$/
/** Headers of one connection (RFC 9110, 7.6.1), and the token. */
const notPassedOn = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  functionTokenHeader.toLowerCase(),
])

/** Makes the listener: any method, any path, any query; no other route. */
export function createFunctionListener({
  functions,
  settings,
  notice,
  report,
}: FunctionListenerOptions): FunctionListener {
  let port = 0
  const server = createServer((request, response) => {
    void answer(request, response)
  })

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      await write(request, response, await call(request, response))
    } catch (error) {
      const translated = toHksError(error)
      if (translated.code === 'INTERNAL') report(error)
      if (response.headersSent) response.destroy()
      else await write(request, response, refusal(translated))
    }
  }
  const call = async (request: IncomingMessage, response: ServerResponse): Promise<FunctionHttpAnswer> => {
    guardRequest(request.headers, port)
    const [, id, path = '/', query = ''] = target.exec(request.url ?? '') ?? []
    if (id === undefined) throw new HksError('NOT_FOUND', 'A function has the URL /f/FUNCTION_ID.')
    const access = await functions.urlAccess(id)
    checkToken(request, access.headers[functionTokenHeader])
    const body = await readBody(request, maxBodyBytes)
    const headers = Object.entries(request.headers).filter(([name]) => !notPassedOn.has(name))
    const running = await functions.invoke(
      callerOf(access.projectId),
      id,
      {
        method: request.method ?? 'GET',
        path,
        query,
        headers: Object.fromEntries(headers) as InvocationRequest['headers'],
        body,
      },
      { diagnostics: false, source: 'url', stop: abortedWith(response) },
    )
    return toHttpAnswer(await running.response, running.invocationId, 'hidden')
  }

  return {
    start: async () => {
      port = await listenOnKeptPort(server, settings, notice)
    },
    origin: () => `http://127.0.0.1:${port}`,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Somebody who knows the function's token, or anybody where it is public. */
const callerOf = (projectId: string): Caller => ({
  subject: 'function-url',
  kind: 'token',
  scopes: ['invoke'],
  projects: [projectId],
})

function checkToken(request: IncomingMessage, expected: string | undefined): void {
  if (expected === undefined) return
  const given = request.headers[functionTokenHeader.toLowerCase()]
  if (typeof given === 'string' && timingSafeEqual(sha256(given), sha256(expected))) return
  throw new HksError('UNAUTHENTICATED', `${functionTokenHeader} is missing or wrong.`, {
    hint: 'Use "Copy as curl" or GET /api/v1/functions/ID/access, or deploy it with public: true.',
  })
}

/** Of equal length, whatever was sent. */
const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()

function refusal(error: HksError): FunctionHttpAnswer {
  const { status, body } = errorAnswer(error)
  return {
    status,
    headers: { 'content-type': 'application/json', [errorHeader]: error.code },
    bytes: Buffer.from(JSON.stringify(body)),
  }
}

async function write(request: IncomingMessage, response: ServerResponse, answer: FunctionHttpAnswer): Promise<void> {
  const { status, headers, bytes, chunks } = answer
  if (response.destroyed) return chunks && abandon(chunks)
  for (const [name, value] of Object.entries(headers)) {
    response.setHeader(name, typeof value === 'string' ? value : [...value])
  }
  // A request whose body was not read to its end leaves a connection that can't be used again.
  if (!request.complete) response.setHeader('Connection', 'close')
  if (chunks && request.method !== 'HEAD') {
    response.statusCode = status
    return streamAnswer(response, chunks)
  }
  if (chunks) await abandon(chunks)
  const hasBody = status !== 204 && status !== 304 && !chunks
  if (hasBody) response.setHeader('Content-Length', bytes.length)
  response.writeHead(status)
  response.end(hasBody && request.method !== 'HEAD' ? bytes : undefined)
}
