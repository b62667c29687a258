import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import swagger from '@fastify/swagger'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { ErrorBody } from '../../contract/common.ts'
import { HksError } from '../../contract/errors.ts'
import { errorHeader } from '../../contract/headers.ts'
import { plainPaths, type Route, type RouteName, routes } from '../../contract/routes.ts'
import { errorAnswer, toHksError } from './errorAnswer.ts'
import type { Call, Handler, Handlers } from './handler.ts'
import type { Guard } from './guard.ts'
import { readJsonBodies } from './jsonBody.ts'
import { streamAnswer } from './streamAnswer.ts'
import { createRouteMatcher } from './routeMatcher.ts'
import { createValidators, type Validators } from './validation.ts'

declare module 'fastify' {
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
  /** Called for each authenticated request: the gateway is in use. */
  readonly touch: () => void
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
  const { guard } = options
  // Not async: every call of a function passes here.
  app.addHook('onRequest', (request, _reply, done) => {
    if (guard(request.raw, pathOf(request))) options.touch()
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
  await app.register(async json => addRoutes(json, options.handlers, validators, guard, 'json'))
  await app.register(async raw => {
    raw.removeAllContentTypeParsers()
    raw.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    addRoutes(raw, options.handlers, validators, guard, 'raw')
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

const pathOf = (request: { readonly url: string }) => request.url.split('?', 1)[0] ?? '/'

function addRoutes(
  app: FastifyInstance,
  handlers: Handlers,
  validators: Validators,
  guard: Guard,
  kind: 'json' | 'raw',
): void {
  for (const [name, route] of Object.entries(routes) as [RouteName, Route][]) {
    if ((route.raw === true) !== (kind === 'raw')) continue
    const handle = createRouteHandler(route, handlers[name], validators, guard)
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

function createRouteHandler(route: Route, handler: unknown, validators: Validators, guard: Guard) {
  const checkParams = route.params && validators.query(route.params)
  // A function's own request may hold anything.
  const checkQuery = route.raw ? undefined : validators.query(route.query ?? noFields)
  const checkBody = route.raw ? undefined : validators.body(route.body ?? noFields)
  const run = handler as Handler<RouteName>
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const call = {
      caller: guard(request.raw, pathOf(request)),
      params: checkParams?.(request.params),
      query: checkQuery?.(request.query),
      body: checkBody?.(request.body === undefined ? {} : request.body),
      headers: request.headers,
      raw: route.raw ? ((request.body as Uint8Array | undefined) ?? new Uint8Array()) : new Uint8Array(),
      signal: abortedWith(reply.raw),
    } as Call<RouteName>
    const answer = await run(call)
    if ('stream' in answer) return reply.type(answer.contentType).send(Readable.from(answer.stream))
    if ('bytes' in answer && answer.chunks) {
      reply.hijack()
      for (const [name, value] of Object.entries(copyHeaders(answer.headers))) reply.raw.setHeader(name, value)
      reply.raw.statusCode = answer.status
      return streamAnswer(reply.raw, answer.chunks)
    }
    if ('bytes' in answer) return sendBytes(reply, answer.status, copyHeaders(answer.headers), answer.bytes)
    if ('body' in answer && answer.afterwards) reply.raw.once('close', answer.afterwards)
    if ('body' in answer) return reply.status(answer.status ?? route.success.status).send(answer.body)
    return reply.status(answer.status).send()
  }
}

/** Answers that have no body and may not say how long it is (RFC 9110). */
const bodiless = new Set([204, 304])

/** A function's own answer leaves past the framework, which has nothing to add to it. */
function sendBytes(
  reply: FastifyReply,
  status: number,
  headers: Readonly<Record<string, string | string[]>>,
  bytes: Uint8Array,
): void {
  const hasType = 'content-type' in headers || bytes.length === 0
  // What HTTP can not carry is refused here, while the framework still answers for it.
  reply.raw.writeHead(status, {
    ...headers,
    ...(hasType ? {} : { 'content-type': 'application/octet-stream' }),
    ...(bodiless.has(status) ? {} : { 'content-length': bytes.length }),
  })
  reply.hijack()
  reply.raw.end(bytes)
}

const copyHeaders = (headers: Readonly<Record<string, string | readonly string[]>>) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  )

/** A signal that aborts when the client goes away before the answer is complete. */
function abortedWith(response: ServerResponse): AbortSignal {
  const controller = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) controller.abort(new HksError('CANCELLED', 'The client went away.'))
  })
  return controller.signal
}
