import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type Agent, request as httpsRequest, type RequestOptions } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { join } from 'node:path'
import { KubeConfig } from '@kubernetes/client-node'
import { chooseContext, writeKubeconfig } from '../../../scripts/cluster/kubeconfig.ts'
import { temporaryFolder } from '../temporaryFolder.ts'

/** A way to a cluster on which Knative Serving is not there as long as an object is not. */
export interface HiddenKnative extends AsyncDisposable {
  /** Leads through it. */
  readonly kubeconfig: string
}

const serving = '/apis/serving.knative.dev/'

/**
 * Leads to the API server of a kubeconfig. Knative Serving is served once the object at the path `key` was applied through it, and
 * no more once that was deleted: so an installation can be seen in a cluster whose Knative others use. All else is the cluster's own.
 */
export async function hiddenKnative(kubeconfig: string, key: string): Promise<HiddenKnative> {
  const context = await chooseContext(kubeconfig)
  const target = new URL(context.server)
  const config = new KubeConfig()
  config.loadFromFile(kubeconfig)
  const access: RequestOptions = { headers: {} }
  await config.applyToHTTPSOptions(access)
  const sockets = new Set<Socket>()
  const following = new Set<IncomingMessage>()
  let isThere = false

  const forwarded = ({ method, url, headers }: IncomingMessage) => {
    const { host: _own, authorization: _none, ...kept } = headers
    const path = target.pathname.replace(/\/$/, '') + url!
    return httpsRequest(new URL(path, target), { ...access, method, headers: { ...kept, ...access.headers } })
  }
  const heard = ({ method, url }: IncomingMessage, status: number): void => {
    if (url!.split('?')[0] !== key || status >= 300) return
    if (method === 'PATCH') isThere = true
    if (method !== 'DELETE') return
    isThere = false
    for (const answer of following) answer.destroy()
  }
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    if (request.url!.startsWith(serving) && !isThere) {
      const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404 }
      response.writeHead(404, { 'Content-Type': 'application/json' })
      response.end(JSON.stringify({ ...status, message: 'the server could not find the requested resource' }))
      return
    }
    const sent = forwarded(request)
    sent.on('response', answer => {
      heard(request, answer.statusCode!)
      if (request.url!.startsWith(serving)) following.add(answer)
      answer.once('close', () => {
        following.delete(answer)
        if (!answer.complete) response.destroy()
      })
      response.writeHead(answer.statusCode!, answer.headers)
      answer.pipe(response)
    })
    sent.on('error', () => response.destroy())
    response.on('close', () => sent.destroy())
    request.pipe(sent)
  })
  server.on('upgrade', (request: IncomingMessage, socket: Socket) => {
    const sent = forwarded(request)
    sent.on('upgrade', (answer, upstream: Socket, head) => {
      const lines = answer.rawHeaders.flatMap((name, i, all) => (i % 2 === 0 ? [`${name}: ${all[i + 1]}`] : []))
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`)
      upstream.unshift(head)
      upstream.pipe(socket).pipe(upstream)
      upstream.on('error', () => socket.destroy())
      socket.on('error', () => upstream.destroy())
    })
    sent.on('response', () => socket.destroy())
    sent.on('error', () => socket.destroy())
    sent.end()
  })
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const folder = temporaryFolder()
  const file = join(folder.path, 'kubeconfig')
  const { port } = server.address() as AddressInfo
  await writeKubeconfig(file, { ...context, cluster: { server: `http://127.0.0.1:${port}` }, user: {} })
  return {
    kubeconfig: file,
    [Symbol.asyncDispose]: async () => {
      server.close()
      for (const socket of sockets) socket.destroy()
      await once(server, 'close')
      const { agent } = access
      if (typeof agent === 'object') (agent as Agent).destroy()
      folder[Symbol.dispose]()
    },
  }
}
