import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { request as requestHttps, type RequestOptions } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { join } from 'node:path'
import { KubeConfig } from '@kubernetes/client-node'
import { chooseContext, writeKubeconfig } from '../../../scripts/cluster/kubeconfig.ts'
import { temporaryFolder } from '../temporaryFolder.ts'

/** Which requests: by their method, and their path with its query. */
export type Which = (request: { readonly method: string; readonly path: string }) => boolean

/** An HTTP proxy before an API server that answers in its place when a test wants it to. */
export interface ApiProxy extends AsyncDisposable {
  /** Leads through it, with the rights of the user of the kubeconfig that it was made of. */
  readonly kubeconfig: string
  /** Answers these requests with a Status of that code, instead of sending them on; what is answered already goes on. */
  readonly refuse: (code: 401 | 404 | 410 | 500, which?: Which) => void
  /** How many requests were refused so far. */
  readonly refused: () => number
  /** Cuts all answers that are under way. */
  readonly cut: () => void
  /** How many watches are open. */
  readonly watches: () => number
  /** Each open watch hears that its version is not kept any more, and ends. Answers how many were told. */
  readonly expireWatches: () => number
  /** Refuses no more. */
  readonly heal: () => void
}

/** Starts one before the API server of a kubeconfig. */
export async function apiProxy(kubeconfig: string): Promise<ApiProxy> {
  const config = new KubeConfig()
  config.loadFromFile(kubeconfig)
  const upstream = new URL(config.getCurrentCluster()!.server)
  const credentials: RequestOptions = { headers: {} }
  await config.applyToHTTPSOptions(credentials)
  const open = new Map<ServerResponse, { readonly isWatch: boolean; isWhole: boolean }>()
  let refusal: { readonly code: number; readonly which: Which } | undefined
  let refused = 0

  const begin = ({ method, url, headers }: IncomingMessage, own: Readonly<Record<string, string>> = {}) => {
    const { host: _host, authorization: _authorization, connection: _connection, ...passed } = headers
    return requestHttps(new URL(upstream.pathname.replace(/\/$/, '') + url!, upstream), {
      ...{ ...credentials, method },
      headers: { ...passed, ...own, ...(credentials.headers as Record<string, string>) },
    })
  }
  const forward = (request: IncomingMessage, response: ServerResponse): void => {
    const state = { isWatch: request.url!.includes('watch=true'), isWhole: true }
    open.set(response, state)
    const sent = begin(request)
    sent.on('response', answer => {
      response.writeHead(answer.statusCode!, answer.headers)
      response.flushHeaders()
      answer.on('data', (chunk: Buffer) => {
        if (response.writableEnded) return
        state.isWhole = chunk.at(-1) === 0x0a
        if (response.write(chunk)) return
        answer.pause()
        response.once('drain', () => answer.resume())
      })
      answer.once('end', () => response.end())
      answer.on('error', () => response.destroy())
    })
    sent.on('error', () => response.destroy())
    response.once('close', () => {
      open.delete(response)
      sent.destroy()
    })
    request.pipe(sent)
  }
  const server = createServer((request, response) => {
    const { method = '', url: path = '' } = request
    if (!refusal?.which({ method, path })) return forward(request, response)
    refused++
    const { code } = refusal
    response.writeHead(code, { 'Content-Type': 'application/json' }).end(JSON.stringify(statusOf(code)))
  })
  const tunnels = new Set<Socket>()
  server.on('upgrade', (request: IncomingMessage, socket: Socket) => {
    const sent = begin(request, { connection: 'Upgrade' })
    tunnels.add(socket)
    socket.on('error', () => socket.destroy())
    socket.once('close', () => {
      tunnels.delete(socket)
      sent.destroy()
    })
    sent.on('upgrade', ({ rawHeaders }, behind: Socket) => {
      const lines = rawHeaders.flatMap((name, i, all) => (i % 2 === 0 ? [`${name}: ${all[i + 1]}\r\n`] : []))
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`)
      behind.on('error', () => socket.destroy())
      behind.pipe(socket).pipe(behind)
    })
    sent.on('response', () => socket.destroy())
    sent.on('error', () => socket.destroy())
    sent.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const folder = temporaryFolder()
  const file = join(folder.path, 'kubeconfig')
  const { name } = await chooseContext(kubeconfig)
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await writeKubeconfig(file, {
    name,
    cluster: { server: address, 'insecure-skip-tls-verify': true },
    user: { token: 'anybody' },
  })
  const cut = () => open.forEach((_, response) => response.destroy())

  return {
    kubeconfig: file,
    refused: () => refused,
    refuse: (code, which = () => true) => {
      refusal = { code, which }
    },
    heal: () => {
      refusal = undefined
    },
    cut,
    watches: () => [...open.values()].filter(({ isWatch }) => isWatch).length,
    expireWatches: () => {
      // In the midst of an event there is no place for another one.
      const watches = [...open].filter(([, { isWatch, isWhole }]) => isWatch && isWhole)
      const event = `${JSON.stringify({ type: 'ERROR', object: statusOf(410) })}\n`
      for (const [response] of watches) response.end(event)
      return watches.length
    },
    [Symbol.asyncDispose]: async () => {
      server.close()
      cut()
      for (const tunnel of tunnels) tunnel.destroy()
      server.closeAllConnections()
      await once(server, 'close')
      folder[Symbol.dispose]()
    },
  }
}

const reasons: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  404: 'NotFound',
  410: 'Expired',
  500: 'InternalError',
}

const statusOf = (code: number): object => ({
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  code,
  reason: reasons[code],
  message: reasons[code],
})
