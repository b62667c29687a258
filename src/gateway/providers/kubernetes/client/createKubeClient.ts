import type { IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { version } from '../../../../base/version.ts'
import type { HksError } from '../../../../contract/errors.ts'
import type { KubeClient, KubeRequest } from './kubeClient.ts'
import type { KubeList, KubeObject } from './kubeObject.ts'
import { listPages } from './listPages.ts'
import type { KubeAccess, RequestAccess } from './loadKubeConfig.ts'
import { requestInfo } from './requestInfo.ts'
import { type OutgoingRequest, sendRequest } from './sendRequest.ts'
import { connectionFailed, translateStatus } from './translateError.ts'
import { isBeforeSending, noAnswer, translateNetworkError } from './translateNetworkError.ts'

const defaultTimeoutMs = 30_000
/** A request that the server is too busy for is sent again that often, after the time that the server asks for. */
const maxThrottled = 4
const userAgent = `hexabase-hks/${version}`

/** What hears of refusals. */
export interface KubeClientOptions {
  /** Told of each 401 and 403: what was known of permissions may be wrong. */
  readonly onRefused?: () => void
}

/** A client of one API server over kept connections. It owns the access: dispose to close all its sockets. */
export function createKubeClient(access: KubeAccess, { onRefused }: KubeClientOptions = {}): KubeClient {
  /** Sends, with new credentials once where the first are refused, and as often as a busy server asks for. */
  const send = async (outgoing: OutgoingRequest): Promise<IncomingMessage> => {
    let isRenewed = false
    for (let throttled = 0; ; ) {
      const tried = await access.current()
      const response = await sendRequest(tried, outgoing).catch(async (error: unknown) => {
        // Another server or certificate may be in the kubeconfig by now.
        if (
          isRenewed ||
          !isBeforeSending((error as Error).cause ?? error) ||
          !(await access.renew(tried, 'unreachable'))
        )
          throw error
        isRenewed = true
        return undefined
      })
      if (!response) continue
      const { statusCode = 0 } = response
      if (statusCode < 300) return response
      if (statusCode === 429 && throttled < maxThrottled) {
        throttled++
        await drain(response)
        await pause(retryAfterMs(response), outgoing.signal)
        continue
      }
      const error = await readError(response, outgoing, tried)
      if (statusCode === 401 && !isRenewed && (await access.renew(tried, 'unauthenticated'))) {
        isRenewed = true
        continue
      }
      if (statusCode === 401 || statusCode === 403) onRefused?.()
      throw error
    }
  }
  const request = async <T>(method: string, path: string, wanted: KubeRequest = {}): Promise<T> => {
    const { query, body, contentType, signal, timeoutMs = defaultTimeoutMs } = wanted
    const timeout = AbortSignal.timeout(timeoutMs)
    try {
      const response = await send({
        ...{ method, path, userAgent, headTimeoutMs: timeoutMs, acceptEncoding: 'gzip' },
        ...(query === undefined ? {} : { query }),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(contentType === undefined ? {} : { contentType }),
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      })
      return parse<T>(await readText(response, access.server), access.server)
    } catch (error) {
      signal?.throwIfAborted()
      throw timeout.aborted ? noAnswer(access.server, timeoutMs) : error
    }
  }
  const client: KubeClient = {
    get server() {
      return access.server
    },
    request,
    list: async <T extends KubeObject>(path: string, wanted?: KubeRequest) => {
      let items: T[] = []
      let metadata: KubeList<T>['metadata'] = { resourceVersion: '' }
      for await (const page of listPages<T>(client, path, wanted)) {
        if (page.isFirst) items = []
        for (const item of page.items) items.push(item)
        metadata = { resourceVersion: page.metadata.resourceVersion }
      }
      return { metadata, items }
    },
    stream: async (path, { query, signal } = {}) => {
      const response = await send({
        ...{ method: 'GET', path, userAgent, headTimeoutMs: defaultTimeoutMs, accept: '*/*' },
        ...(query === undefined ? {} : { query }),
        ...(signal === undefined ? {} : { signal }),
      })
      return chunksOf(response, access.server, signal)
    },
    [Symbol.dispose]: () => access[Symbol.dispose](),
  }
  return client
}

async function* chunksOf(
  response: IncomingMessage,
  server: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of response) yield chunk as Uint8Array
  } catch (error) {
    signal?.throwIfAborted()
    throw translateNetworkError(error as Error, server)
  }
}

async function readText(response: IncomingMessage, server: string): Promise<string> {
  const isZipped = response.headers['content-encoding'] === 'gzip'
  // A fault of either comes out of the iteration.
  const body = isZipped ? pipeline(response, createGunzip(), () => undefined) : response
  const chunks: Uint8Array[] = []
  try {
    for await (const chunk of body) chunks.push(chunk as Uint8Array)
  } catch (error) {
    throw translateNetworkError(error as Error, server)
  }
  return Buffer.concat(chunks).toString('utf8')
}

async function readError(
  response: IncomingMessage,
  outgoing: OutgoingRequest,
  access: RequestAccess,
): Promise<HksError> {
  const { method, path, query } = outgoing
  const server = access.server.origin
  return translateStatus(
    response.statusCode!,
    await readText(response, server),
    server,
    requestInfo(method, path, Boolean(query?.['watch'])),
  )
}

function parse<T>(text: string, server: string): T {
  try {
    return JSON.parse(text) as T
  } catch (error) {
    // A page of a proxy or of a login, with status 200.
    throw connectionFailed('serverError', `${server} answered with something that is not JSON.`, {
      hint: 'Is it the API server, or a proxy or login page before it?',
      cause: error,
    })
  }
}

async function drain(response: IncomingMessage): Promise<void> {
  response.resume()
  await new Promise(resolve => response.once('close', resolve))
}

function retryAfterMs({ headers }: IncomingMessage): number {
  const seconds = Number(headers['retry-after'])
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 1000
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort)
      resolve()
    }, milliseconds)
    const abort = () => {
      clearTimeout(timer)
      reject(signal?.reason as Error)
    }
    signal?.addEventListener('abort', abort, { once: true })
  })
}
