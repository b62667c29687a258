import { type ErrorCode, HksError, isErrorCode } from '../contract/errors.ts'
import { errorHeader, invocationIdHeader, invocationOutcomeHeader } from '../contract/headers.ts'
import type { InvocationDetail } from '../contract/invocations.ts'
import {
  type Route,
  type RouteBody,
  type RouteName,
  type RouteParams,
  type RouteQuery,
  type RouteResult,
  routes,
} from '../contract/routes.ts'
import { patientFetch } from './patientFetch.ts'

/** Where a gateway answers and the token that it wants. `url` is the origin, without a path. */
export interface GatewayAddress {
  readonly url: string
  readonly token: string
}

type Given<K extends string, V> = V extends undefined ? unknown : { readonly [P in K]: V }
type MaybeGiven<K extends string, V> = V extends undefined ? unknown : { readonly [P in K]?: V }

/** The input of a call: the path parameters, query and body that its route takes, and a signal that cancels it. */
export type CallInput<N extends RouteName> = Given<'params', RouteParams<N>> &
  MaybeGiven<'query', RouteQuery<N>> &
  MaybeGiven<'body', RouteBody<N>> & { readonly signal?: AbortSignal }

/** What a function answered. `code` is set when the platform made the answer. */
export interface InvokeResult {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly invocationId: string | undefined
  readonly code: ErrorCode | undefined
}

/** How a function is called. */
export interface InvokeOptions {
  readonly contentType?: string
  /** Beside Content-Type, such as the attributes of a CloudEvent. */
  readonly headers?: Readonly<Record<string, string>>
  readonly prefer?: 'respond-async'
  /** The id that the call shall have, a new UUID: so its log can be followed before it answers. */
  readonly invocationId?: string
  readonly signal?: AbortSignal
}

/** Typed calls of a gateway. Each throws an HksError: the gateway's own, or GATEWAY_UNREACHABLE, or CANCELLED. */
export interface GatewayClient {
  readonly address: GatewayAddress
  call<N extends RouteName>(
    route: N,
    ...input: Record<never, never> extends CallInput<N> ? [CallInput<N>?] : [CallInput<N>]
  ): Promise<RouteResult<N>>
  /** Calls a function; a function's own failure is an answer, not an error. */
  invoke(functionId: string, body: Uint8Array, options?: InvokeOptions): Promise<InvokeResult>
  /**
   * The same, as the answer comes: `chunks` is read once, and throws when the answer breaks off (FUNCTION_CRASHED, or what
   * the record of the call says).
   */
  invokeStream(
    functionId: string,
    body: Uint8Array,
    options?: InvokeOptions,
  ): Promise<Omit<InvokeResult, 'body'> & { readonly chunks: AsyncIterable<Uint8Array> }>
  /** The answer of a call that nobody waited for; `outcome` is `running` while there is none. */
  invocationResult(
    invocationId: string,
    options?: { readonly signal?: AbortSignal },
  ): Promise<InvokeResult & { readonly outcome: string | undefined }>
  /** The raw answer of a GET route, for streams. */
  open<N extends RouteName>(route: N, input: CallInput<N>): Promise<Response>
}

/** Makes a client; it holds no connection of its own. */
export function createGatewayClient(address: GatewayAddress, fetchFunction: typeof fetch = fetch): GatewayClient {
  const reached = async (answer: Promise<Response>, signal: AbortSignal | undefined): Promise<Response> => {
    try {
      return await answer
    } catch (cause) {
      throw networkError(cause, address, signal)
    }
  }
  const request = (url: string, init: RequestInit): Promise<Response> =>
    reached(fetchFunction(url, init), init.signal ?? undefined)
  const send = async (name: RouteName, input: LooseInput): Promise<Response> => {
    const route: Route = routes[name]
    const response = await request(`${address.url}${pathOf(route, input.params)}${queryOf(input.query)}`, {
      method: route.method,
      headers: {
        Authorization: `Bearer ${address.token}`,
        ...(input.body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
      ...(input.signal ? { signal: input.signal } : {}),
    })
    if (!response.ok) throw await answeredError(response)
    return response
  }
  const call = async (name: RouteName, input: LooseInput = {}): Promise<unknown> => {
    const response = await send(name, input)
    if (response.status === 204) return undefined
    return readBody(() => response.json(), address, input.signal)
  }
  const sendCall = (functionId: string, body: Uint8Array, options: InvokeOptions): Promise<Response> =>
    reached(
      patientFetch(`${address.url}${pathOf(routes.invokeFunction, { id: functionId })}`, {
        method: 'POST',
        headers: {
          ...options.headers,
          Authorization: `Bearer ${address.token}`,
          ...(options.contentType === undefined ? {} : { 'Content-Type': options.contentType }),
          ...(options.prefer === undefined ? {} : { Prefer: options.prefer }),
          ...(options.invocationId === undefined ? {} : { [invocationIdHeader]: options.invocationId }),
        },
        body,
        ...(options.signal ? { signal: options.signal } : {}),
      }),
      options.signal,
    )
  /** Why an answer broke off; the connection only says that it did. */
  const breakOf = async (invocationId: string | undefined, cause: unknown, signal?: AbortSignal): Promise<HksError> => {
    if (invocationId === undefined || signal?.aborted) return networkError(cause, address, signal)
    const { code, message } = (await call('getInvocation', { params: { id: invocationId } })) as InvocationDetail
    if (code === undefined) return networkError(cause, address)
    return new HksError(code, message ?? 'The answer broke off.', { cause, details: { invocationId } })
  }
  async function* readChunks(response: Response, invocationId: string | undefined, signal?: AbortSignal) {
    if (response.body === null) return
    const reader = response.body.getReader()
    try {
      for (;;) {
        const next = await reader.read().catch(async (cause: unknown) => {
          throw await breakOf(invocationId, cause, signal)
        })
        if (next.done) return
        yield next.value
      }
    } finally {
      // Who leaves early ends the call.
      await reader.cancel().catch(() => undefined)
    }
  }
  return {
    address,
    call: async (name, ...[input]) => (await call(name, input)) as never,
    open: (name, input) => send(name, input),
    invoke: async (functionId, body, options = {}) =>
      answerOf(await sendCall(functionId, body, options), address, options.signal),
    invokeStream: async (functionId, body, options = {}) => {
      const response = await sendCall(functionId, body, options)
      const head = await headOf(response)
      return { ...head, chunks: readChunks(response, head.invocationId, options.signal) }
    },
    invocationResult: async (invocationId, { signal } = {}) => {
      const response = await request(`${address.url}${pathOf(routes.getInvocationResult, { id: invocationId })}`, {
        headers: { Authorization: `Bearer ${address.token}` },
        ...(signal ? { signal } : {}),
      })
      const outcome = response.headers.get(invocationOutcomeHeader) ?? undefined
      return { ...(await answerOf(response, address, signal)), outcome }
    },
  }
}

async function answerOf(
  response: Response,
  address: GatewayAddress,
  signal: AbortSignal | undefined,
): Promise<InvokeResult> {
  const head = await headOf(response)
  return { ...head, body: await readBody(async () => new Uint8Array(await response.arrayBuffer()), address, signal) }
}

/** @throws HksError when the gateway itself refused: then there is no invocation */
async function headOf(response: Response): Promise<Omit<InvokeResult, 'body'>> {
  const invocationId = response.headers.get(invocationIdHeader) ?? undefined
  if (invocationId === undefined && !response.ok) throw await answeredError(response)
  const code = response.headers.get(errorHeader)
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    invocationId,
    code: isErrorCode(code) ? code : undefined,
  }
}

interface LooseInput {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: unknown
  readonly signal?: AbortSignal
}

const pathOf = (route: Pick<Route, 'path'>, params: Readonly<Record<string, string>> = {}): string =>
  route.path.replace(/:(\w+)/g, (_match, name: string) => encodeURIComponent(params[name] ?? ''))

function queryOf(query: Readonly<Record<string, unknown>> = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined)
  if (given.length === 0) return ''
  return `?${new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString()}`
}

async function readBody<T>(
  read: () => Promise<T>,
  address: GatewayAddress,
  signal: AbortSignal | undefined,
): Promise<T> {
  try {
    return await read()
  } catch (cause) {
    throw networkError(cause, address, signal)
  }
}

/** A failed connection in our words. */
export function networkError(cause: unknown, address: GatewayAddress, signal?: AbortSignal): HksError {
  if (signal?.aborted) return new HksError('CANCELLED', 'Cancelled.', { cause })
  return new HksError('GATEWAY_UNREACHABLE', `No gateway answers at ${address.url}.`, {
    cause,
    hint: 'Start it again: Restart Gateway in the editor, or any hks-func command.',
  })
}

async function answeredError(response: Response): Promise<HksError> {
  const text = await response.text()
  try {
    const body = JSON.parse(text) as { error?: unknown; code?: unknown; details?: unknown; hint?: unknown }
    if (typeof body.error === 'string' && isErrorCode(body.code)) {
      return new HksError(body.code, body.error, {
        ...(typeof body.details === 'object' && body.details !== null
          ? { details: body.details as Record<string, unknown> }
          : {}),
        ...(typeof body.hint === 'string' ? { hint: body.hint } : {}),
      })
    }
  } catch (cause) {
    return foreignAnswer(response, text, cause)
  }
  return foreignAnswer(response, text)
}

const foreignAnswer = (response: Response, text: string, cause?: unknown) =>
  new HksError('GATEWAY_UNREACHABLE', `${response.url} answered ${response.status}, but not as a gateway does.`, {
    details: { status: response.status, body: text.slice(0, 200) },
    cause,
  })
