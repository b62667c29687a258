import type { IncomingMessage } from 'node:http'
import { version } from '../../../../base/version.ts'
import type { KubeClient, KubeRequest } from './kubeClient.ts'
import type { KubeList, KubeObject } from './kubeObject.ts'
import { listPages } from './listPages.ts'
import type { KubeAccess } from './loadKubeConfig.ts'
import { createOpenStreams } from './openStreams.ts'
import { openWebSocket } from './openWebSocket.ts'
import { chunksOf, parseJson, readText } from './readAnswer.ts'
import { type RequestInfo, requestInfo } from './requestInfo.ts'
import { type OutgoingRequest, sendRequest } from './sendRequest.ts'
import { createServerTime } from './serverTime.ts'
import { sendWithAccess } from './sendWithAccess.ts'
import { connectionFailed, isOfCredentials } from './translateError.ts'
import { noAnswer } from './translateNetworkError.ts'

const defaultTimeoutMs = 30_000
const userAgent = `hexabase-hks/${version}`

/** What hears of refusals. */
export interface KubeClientOptions {
  /** Told of each 401 and 403: what was known of permissions may be wrong. */
  readonly onRefused?: (info: RequestInfo) => void
  /** Milliseconds that never jump. */
  readonly now?: () => number
}

/** A client of one API server over kept connections. It owns the access: dispose to close all its sockets. */
export function createKubeClient(
  access: KubeAccess,
  { onRefused, now = () => performance.now() }: KubeClientOptions = {},
): KubeClient {
  const serverTime = createServerTime()
  const streams = createOpenStreams(now)
  const following = access.onChange(() => {
    const message = `The kubeconfig that leads to ${access.server} has changed.`
    streams.endAll(connectionFailed('kubeconfig', message, { hint: 'It is connected to again.' }))
  })
  const send = (outgoing: Omit<OutgoingRequest, 'userAgent'>): Promise<IncomingMessage> => {
    const { method, path, query, signal } = outgoing
    return sendWithAccess({
      ...{ access, onRefused, info: requestInfo(method, path, Boolean(query?.['watch'])) },
      ...(signal ? { signal } : {}),
      attempt: async tried => {
        const sentAt = Date.now()
        const answer = await sendRequest(tried, { ...outgoing, userAgent })
        serverTime.heard(answer.headers.date, sentAt, Date.now())
        return answer
      },
    })
  }
  const request = async <T>(method: string, path: string, wanted: KubeRequest = {}): Promise<T> => {
    const { body, signal, timeoutMs = defaultTimeoutMs, ...rest } = wanted
    const timeout = AbortSignal.timeout(timeoutMs)
    try {
      const response = await send({
        ...rest,
        ...{ method, path, headTimeoutMs: timeoutMs, acceptEncoding: 'gzip' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      })
      return parseJson<T>(await readText(response, access.server), access.server)
    } catch (error) {
      signal?.throwIfAborted()
      throw timeout.aborted && !isOfCredentials(error) ? noAnswer(access.server, timeoutMs, access.proxy) : error
    }
  }
  const client: KubeClient = {
    get server() {
      return access.server
    },
    clockAheadMs: serverTime.aheadMs,
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
    stream: async (path, wanted = {}) => {
      const open = streams.begin()
      const signal = wanted.signal ? AbortSignal.any([wanted.signal, open.signal]) : open.signal
      const outgoing = { ...wanted, path, signal, method: 'GET', headTimeoutMs: defaultTimeoutMs, accept: '*/*' }
      try {
        return open.heard(chunksOf(await send(outgoing), access.server, signal))
      } catch (error) {
        open[Symbol.dispose]()
        throw error
      }
    },
    endSilent: milliseconds => {
      const message = `${access.server} has sent nothing for ${Math.round(milliseconds / 1000)} s, and another connection to it is dead.`
      streams.endSilent(milliseconds, connectionFailed('unreachable', message, { hint: 'It is connected to again.' }))
      access.closeIdle()
    },
    reload: () => access.reload(),
    webSocket: async (path, { signal, ...wanted }) =>
      (await sendWithAccess({
        ...{ access, onRefused, info: requestInfo('GET', path) },
        ...(signal ? { signal } : {}),
        attempt: tried => openWebSocket(tried, { ...wanted, path, userAgent, ...(signal ? { signal } : {}) }),
      })) as Awaited<ReturnType<KubeClient['webSocket']>>,
    [Symbol.dispose]: () => {
      following[Symbol.dispose]()
      access[Symbol.dispose]()
    },
  }
  return client
}
