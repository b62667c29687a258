import type { IncomingMessage, OutgoingHttpHeader } from 'node:http'
import { Readable } from 'node:stream'
import swagger from '@fastify/swagger'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { ErrorBody } from '../../contract/common.ts'
import { HksError } from '../../contract/errors.ts'
import { errorHeader } from '../../contract/headers.ts'
import { plainPaths, type Route, type RouteName, routes } from '../../contract/routes.ts'
import type { Caller } from '../domain/caller.ts'
import { abortedWith } from './abortedWith.ts'
import { errorAnswer, toHksError } from './errorAnswer.ts'
import type { Call, Handler, Handlers } from './handler.ts'
import type { Guard } from './guard.ts'
import { readJsonBodies } from './jsonBody.ts'
import { onceClosed } from './onceClosed.ts'
import { streamAnswer } from './streamAnswer.ts'
import { createRouteMatcher } from './routeMatcher.ts'
import { createValidators, type Validators } from './validation.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; `undefined` on the paths that need no token. */
    caller: Caller | undefined
  }
  interface FastifyContextConfig {
    /** The route answers with a function's own bytes. */
    readonly raw?: boolean
  }
}

/** What the server needs. `report` receives each error that is the gateway's own fault. */
export interface ServerOptions {
  readonly handlers: Handlers
  readonly guard: Guard
  readonly version: string
  readonly isReady: () => boolean
  /** Called for each authenticated request and disposed when its response is over: meanwhile the gateway is in use. */
  readonly use: () => Disposable
  readonly metrics: () => Promise<string>
  readonly report: (error: HksError, request: { readonly method: string; readonly url: string }) => void
}

const MiB = 1024 * 1024

/** Builds the HTTP application; it does not listen (see `listen.ts`). */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit: MiB,
    // How long a parameter may be is said by its schema.
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 16_384 },
    // A path that no route can be looked up for has no handler of errors either.
    frameworkErrors: (error, _request, reply) => {
      const { status, body } = errorAnswer(toHksError(error))
      void (reply as FastifyReply).status(status).send(body)
    },
    return503OnClosing: false,
    forceCloseConnections: true,
  })
  const validators = createValidators()
  app.setValidatorCompiler(() => () => true)
  app.setSerializerCompiler(() => data => JSON.stringify(data))
  app.setErrorHandler(async (error, request, reply) => {
    const translated = toHksError(error, request.routeOptions.bodyLimit)
    if (translated.code === 'PAYLOAD_TOO_LARGE') await drainBody(request.raw)
    const { status, body } = errorAnswer(translated)
    if (status >= 500 && translated.code === 'INTERNAL') options.report(translated, request)
    if (translated.code === 'UNAUTHENTICATED') void reply.header('WWW-Authenticate', 'Bearer')
    // A caller of a function must be able to tell the platform's refusal from the function's own answer.
    if (isRaw(request)) void reply.header(errorHeader, translated.code)
    if (translated.code === 'RATE_LIMITED') void reply.header('Retry-After', '1')
    return reply.status(status).send(body)
  })
  const matchPath = createRouteMatcher()
  app.setNotFoundHandler((request, reply) => {
    const allowed = matchPath(request.url)
    if (allowed.length === 0) throw new HksError('NOT_FOUND', `There is no route ${request.method} ${pathOf(request)}.`)
    void reply.header('Allow', allowed.join(', '))
    throw new HksError('METHOD_NOT_ALLOWED', `${pathOf(request)} takes ${allowed.join(', ')}, not ${request.method}.`)
  })
  readJsonBodies(app)

  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Hexabase HKS gateway', version: options.version },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
  })
  app.decorateRequest('caller', undefined)
  // Not async: every call of a function passes here.
  app.addHook('onRequest', (request, reply, done) => {
    request.caller = options.guard(request.raw, pathOf(request))
    if (request.caller) {
      const used = options.use()
      onceClosed(reply.raw, () => used[Symbol.dispose]())
    }
    done()
  })
  app.get(plainPaths.health, { schema: { hide: true } }, () => ({ status: 'ok' }))
  app.get(plainPaths.ready, { schema: { hide: true } }, (_request, reply) =>
    reply.status(options.isReady() ? 200 : 503).send({ status: options.isReady() ? 'ready' : 'starting' }),
  )
  app.get(plainPaths.openApi, { schema: { hide: true } }, () => app.swagger())
  app.get(plainPaths.metrics, { schema: { hide: true } }, async (_request, reply) =>
    reply.type('text/plain; version=0.0.4').send(await options.metrics()),
  )
  // Registered after swagger has loaded, or its onRoute hook would not see them.
  await app.register(async json => addRoutes(json, options.handlers, validators, 'json'))
  await app.register(async raw => {
    raw.removeAllContentTypeParsers()
    raw.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    addRoutes(raw, options.handlers, validators, 'raw')
  })
  return app
}

/** Most bytes that are read of a body which is refused. */
const drainedBytes = 64 * MiB

/** Reads on: a client looks at an answer only when it has sent its body. */
async function drainBody(request: IncomingMessage): Promise<void> {
  let bytes = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > drainedBytes) return
    }
  } catch (error) {
    // A client that went away reads no answer either.
    if ((error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error
  }
}

const isRaw = (request: FastifyRequest): boolean => request.routeOptions.config?.raw === true

function pathOf({ url }: { readonly url: string }): string {
  const query = url.indexOf('?')
  return query < 0 ? url : url.slice(0, query)
}

function addRoutes(app: FastifyInstance, handlers: Handlers, validators: Validators, kind: 'json' | 'raw'): void {
  for (const [name, route] of Object.entries(routes) as [RouteName, Route][]) {
    if ((route.raw === true) !== (kind === 'raw')) continue
    const handle = createRouteHandler(route, handlers[name], validators)
    const { success } = route
    const responses = Object.fromEntries(
      [success.status, ...(success.also ?? [])].map(status => [
        status,
        status === 204 ? { type: 'null' } : (success.body ?? { type: 'null' }),
      ]),
    )
    for (const [index, url] of [route.path, ...(route.aliases ?? [])].entries()) {
      app.route({
        method: route.method,
        url,
        config: { raw: kind === 'raw' },
        ...(route.bodyLimit === undefined ? {} : { bodyLimit: route.bodyLimit }),
        schema: {
          operationId: index === 0 ? name : `${name}Alias${index}`,
          summary: route.summary,
          tags: [url.split('/')[3] ?? ''],
          ...(route.params ? { params: route.params } : {}),
          ...(route.query ? { querystring: route.query } : {}),
          ...(route.body ? { body: route.body } : {}),
          response: { ...responses, default: ErrorBody },
        },
        handler: handle,
      })
    }
  }
}

/** What a route takes that says nothing of a query or of a body: an unknown field is an error there, too. */
const noFields = Type.Object({}, { additionalProperties: false })

function createRouteHandler(route: Route, handler: unknown, validators: Validators) {
  const checkParams = route.params && validators.query(route.params)
  // A function's own request may hold anything.
  const checkQuery = route.raw ? undefined : validators.query(route.query ?? noFields)
  const checkBody = route.raw ? undefined : validators.body(route.body ?? noFields)
  const run = handler as Handler<RouteName>
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const stop = abortedWith(reply.raw)
    const call = {
      caller: request.caller,
      params: checkParams?.(request.params),
      query: checkQuery?.(request.query),
      body: checkBody?.(request.body === undefined ? {} : request.body),
      headers: request.headers,
      raw: route.raw ? ((request.body as Uint8Array | undefined) ?? new Uint8Array()) : new Uint8Array(),
      stop,
      signal: stop.signal,
    } as Call<RouteName>
    const answer = await run(call)
    if ('stream' in answer) return reply.type(answer.contentType).send(Readable.from(answer.stream))
    if ('bytes' in answer && answer.chunks) {
      reply.hijack()
      for (const [name, value] of Object.entries(answer.headers)) {
        reply.raw.setHeader(name, typeof value === 'string' ? value : [...value])
      }
      reply.raw.statusCode = answer.status
      return streamAnswer(reply.raw, answer.chunks)
    }
    if ('bytes' in answer) return sendBytes(reply, answer.status, answer.headers, answer.bytes)
    if ('body' in answer && answer.afterwards) reply.raw.once('close', answer.afterwards)
    if ('body' in answer) return reply.status(answer.status ?? route.success.status).send(answer.body)
    return reply.status(answer.status).send()
  }
}

/** Answers that have no body and may not say how long it is (RFC 9110). */
const bodiless = new Set([204, 304])

/** Bodies up to this many bytes leave in one write with their head. */
const smallBodyBytes = 4096

/** A function's own answer leaves past the framework, which has nothing to add to it. */
function sendBytes(
  reply: FastifyReply,
  status: number,
  headers: Readonly<Record<string, string | readonly string[]>>,
  bytes: Uint8Array,
): void {
  const fields: (string | string[])[] = []
  for (const name in headers) fields.push(name, headers[name] as string | string[])
  if (!('content-type' in headers) && bytes.length > 0) fields.push('content-type', 'application/octet-stream')
  if (!bodiless.has(status)) fields.push('content-length', String(bytes.length))
  // What HTTP can not carry is refused here, while the framework still answers for it.
  reply.raw.writeHead(status, fields as OutgoingHttpHeader[])
  reply.hijack()
  // Node puts a head and a text together, but writes bytes as a buffer of their own.
  if (bytes.length > smallBodyBytes) reply.raw.end(bytes)
  else reply.raw.end(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1'), 'latin1')
}
