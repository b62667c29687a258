import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest, type RequestOptions } from 'node:https'
import { createInterface } from 'node:readline'
import { KubeConfig } from '@kubernetes/client-node'

/** What is sent with a request. */
export interface KubeRequestOptions {
  /** Sent as JSON. */
  readonly body?: unknown
  /** Of the body; `application/json` without it. */
  readonly contentType?: string
  readonly signal?: AbortSignal
}

/** Requests to an API server with the credentials of a kubeconfig's current context. */
export interface KubeRequest {
  /** Answers the parsed JSON. A status other than 2xx is a `KubeRequestError`. */
  readonly json: <T>(method: string, path: string, options?: KubeRequestOptions) => Promise<T>
  /** Answers the body as text. */
  readonly text: (method: string, path: string, options?: KubeRequestOptions) => Promise<string>
  /** Each line of an answer that goes on, as a watch or a followed log. Ends with the answer; a cut is an error. */
  readonly lines: (path: string, signal: AbortSignal) => AsyncIterable<string>
}

/** An answer of the API server that is not 2xx. */
export class KubeRequestError extends Error {
  /** HTTP's status. */
  readonly status: number
  /** Kubernetes' reason, such as `NotFound`; empty where the answer has none. */
  readonly reason: string

  constructor(what: string, status: number, body: string) {
    const { message, reason } = statusOf(body)
    super(`${what}: ${status} ${message}`)
    this.status = status
    this.reason = reason
  }
}

/** Speaks to the API server of a kubeconfig file, without retries, so that a test sees each failure. */
export function createKubeRequest(kubeconfig: string): KubeRequest {
  const config = new KubeConfig()
  config.loadFromFile(kubeconfig)
  const server = new URL(config.getCurrentCluster()!.server)

  const open = async (method: string, path: string, options: KubeRequestOptions): Promise<IncomingMessage> => {
    const { body, contentType = 'application/json', signal } = options
    const settings: RequestOptions = { method, headers: { Accept: 'application/json' }, ...(signal ? { signal } : {}) }
    await config.applyToHTTPSOptions(settings)
    const text = body === undefined ? undefined : JSON.stringify(body)
    // Node.js sends the body of a DELETE without a length unless it is told.
    const about = text && { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(text) }
    settings.headers = { ...settings.headers, ...about }
    const url = new URL(server.pathname.replace(/\/$/, '') + path, server)
    const sent = (url.protocol === 'http:' ? httpRequest : httpsRequest)(url, settings)
    sent.end(text)
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    // Later errors reach whoever reads the answer.
    sent.on('error', () => undefined)
    if (response.statusCode! >= 200 && response.statusCode! < 300) return response
    throw new KubeRequestError(`${method} ${path}`, response.statusCode!, await read(response))
  }

  const text: KubeRequest['text'] = async (method, path, options = {}) => read(await open(method, path, options))
  return {
    text,
    json: async <T>(method: string, path: string, options?: KubeRequestOptions) =>
      JSON.parse(await text(method, path, options)) as T,
    lines: async function* (path, signal) {
      const response = await open('GET', path, { signal })
      let failure: Error | undefined
      const lines = createInterface({ input: response })
      response.once('error', (error: Error) => {
        failure = error
        lines.close()
      })
      try {
        yield* lines
        if (failure) throw failure
      } finally {
        response.destroy()
      }
    },
  }
}

async function read(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

function statusOf(body: string): { message: string; reason: string } {
  try {
    const { message, reason } = JSON.parse(body) as { message?: string; reason?: string }
    return { message: message ?? body, reason: reason ?? '' }
  } catch {
    return { message: body, reason: '' }
  }
}
