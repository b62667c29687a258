import { IncomingMessage } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { KubeAccess, RequestAccess } from './loadKubeConfig.ts'
import { readText } from './readAnswer.ts'
import type { RequestInfo } from './requestInfo.ts'
import { translateStatus } from './translateError.ts'
import { isBeforeSending } from './translateNetworkError.ts'

/** A request that the server is too busy for is sent again that often, after the time that the server asks for. */
const maxThrottled = 4

/** What is sent, and who hears of refusals. */
export interface Sending<S> {
  readonly access: KubeAccess
  /** Sends it once; gives the head of an answer, or what was opened. */
  readonly attempt: (access: RequestAccess) => Promise<IncomingMessage | S>
  readonly info: RequestInfo
  readonly signal?: AbortSignal
  readonly onRefused: ((info: RequestInfo) => void) | undefined
}

/**
 * Sends with the credentials of the moment: with new ones once where the first are refused or the kubeconfig has changed, and
 * again where the server is too busy (429: it has done nothing). @throws HksError for every status from 300; `signal.reason`
 */
export async function sendWithAccess<S = never>(sending: Sending<S>): Promise<IncomingMessage | S> {
  const { access, attempt, info, signal, onRefused } = sending
  let isRenewed = false
  for (let throttled = 0; ; ) {
    const tried = await access.current(signal)
    const answer = await attempt(tried).catch(async (error: unknown) => {
      const canRenew = !isRenewed && isBeforeSending((error as Error).cause ?? error)
      // Another server or certificate may be in the kubeconfig by now.
      if (!canRenew || !(await access.renew(tried, 'unreachable', signal))) throw error
      isRenewed = true
      return undefined
    })
    if (answer === undefined) continue
    if (!(answer instanceof IncomingMessage) || answer.statusCode! < 300) return answer
    const { statusCode = 0 } = answer
    const body = await readText(answer, tried.server.origin)
    if (statusCode === 429 && throttled++ < maxThrottled) {
      await pause(retryAfterMs(answer), undefined, { signal }).catch((error: unknown) => {
        signal?.throwIfAborted()
        throw error
      })
      continue
    }
    if (statusCode === 401 && !isRenewed && (await access.renew(tried, 'unauthenticated', signal))) {
      isRenewed = true
      continue
    }
    if (statusCode === 401 || statusCode === 403) onRefused?.(info)
    throw translateStatus(statusCode, body, tried.server.origin, info)
  }
}

function retryAfterMs({ headers }: IncomingMessage): number {
  const seconds = Number(headers['retry-after'])
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 1000
}
