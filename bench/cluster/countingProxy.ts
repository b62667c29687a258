import { once } from 'node:events'
import { createServer, request as httpRequest } from 'node:http'
import { Agent, request as httpsRequest, type RequestOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { KubeConfig } from '@kubernetes/client-node'
import { writeKubeconfig } from '../../scripts/cluster/kubeconfig.ts'
import { temporaryFolder } from '../../test/support/temporaryFolder.ts'

/** What was asked of the API server. */
export interface ApiRequest {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly isWatch: boolean
}

/** An API server on loopback without TLS, that keeps its connections and remembers what it was asked. */
export interface CountingProxy extends AsyncDisposable {
  /** Its origin. */
  readonly url: string
  /** A kubeconfig that leads here. */
  readonly kubeconfig: string
  /** So far, in order. */
  readonly requests: readonly ApiRequest[]
}

/** Puts one before the API server of a kubeconfig, with the credentials of its current context. */
export async function countingProxy(kubeconfig: string): Promise<CountingProxy> {
  const config = new KubeConfig()
  config.loadFromFile(kubeconfig)
  const target = new URL(config.getCurrentCluster()!.server)
  const isPlain = target.protocol === 'http:'
  const access: RequestOptions = {}
  await config.applyToHTTPSOptions(access)
  const {
    ca,
    cert,
    key,
    rejectUnauthorized,
    headers = {},
  } = { ...(access.agent as Agent | undefined)?.options, ...access }
  const agent = new Agent({
    keepAlive: true,
    ...Object.fromEntries(
      Object.entries({ ca, cert, key, rejectUnauthorized }).filter(([, value]) => value !== undefined),
    ),
  })
  const requests: ApiRequest[] = []
  const server = createServer((asked, answered) => {
    const { method = 'GET', url: path = '/' } = asked
    requests.push({ method, path, isWatch: /[?&]watch=(true|1)/.test(path) })
    const options = {
      method,
      headers: { ...asked.headers, ...headers, host: target.host },
      ...(isPlain ? {} : { agent }),
    }
    const sent = (isPlain ? httpRequest : httpsRequest)(new URL(path, target), options, response => {
      answered.writeHead(response.statusCode!, response.headers)
      // A watch has a head long before it has a body.
      answered.flushHeaders()
      response.pipe(answered)
      response.on('error', error => answered.destroy(error))
    })
    sent.on('error', error => answered.destroy(error))
    answered.on('close', () => sent.destroy())
    asked.pipe(sent)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const folder = temporaryFolder()
  const file = join(folder.path, 'kubeconfig')
  await writeKubeconfig(file, { name: 'bench', cluster: { server: url }, user: {} })
  return {
    ...{ url, requests },
    kubeconfig: file,
    [Symbol.asyncDispose]: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
      agent.destroy()
      folder[Symbol.dispose]()
    },
  }
}
