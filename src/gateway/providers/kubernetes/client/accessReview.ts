import { HksError } from '../../../../contract/errors.ts'
import { type NamedRule, namedRules } from './namedRules.ts'
import type { KubeClient } from './kubeClient.ts'
import type { KubeObject } from './kubeObject.ts'
import type { RequestInfo } from './requestInfo.ts'
import { forbidden } from './translateError.ts'

/**
 * What the user of a connection may do, as the API server says (SelfSubjectAccessReview). What is allowed is kept for a minute,
 * as the server has the last word; what is denied for five seconds, as nobody else would notice that it is allowed by now.
 */
export interface AccessReview {
  /** @throws HksError CONNECTION_FAILED */
  isAllowed(action: RequestInfo): Promise<boolean>
  /** Asks for all at once. @throws HksError FORBIDDEN for the first that is denied, in words; CONNECTION_FAILED */
  require(...actions: readonly RequestInfo[]): Promise<void>
  /** The rules for single objects that the user has in a namespace, as far as is known. @throws HksError CONNECTION_FAILED */
  namedIn(namespace: string): Promise<readonly NamedRule[]>
  /** The server has refused a request: where that tells of permissions, what was known may be wrong. */
  refused(request: RequestInfo): void
  /** It may be another user by now. */
  forget(): void
  /** Told when all that was known is forgotten. */
  onForget(listener: () => void): Disposable
}

const keptMs = { allowed: 60_000, denied: 5_000 }
/** A watch asks again and again, and what it may see says nothing of what may be done; a review is no action itself. */
const saysNothing = ({ verb, resource }: RequestInfo): boolean =>
  verb === 'list' ||
  verb === 'watch' ||
  resource === 'selfsubjectaccessreviews' ||
  resource === 'selfsubjectrulesreviews'
const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'

interface Review extends KubeObject {
  readonly status?: { readonly allowed: boolean }
}

/** Asks once for each action; those who ask meanwhile share the answer. */
export function createAccessReview(client: Pick<KubeClient, 'request'>, now: () => number = Date.now): AccessReview {
  let answers = new Map<string, { until: number; readonly allowed: Promise<boolean> }>()
  const listeners = new Set<() => void>()
  const ask = async (resourceAttributes: RequestInfo): Promise<boolean> => {
    const body = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes },
    }
    try {
      const { status } = await client.request<Review>('POST', path, { body })
      return status?.allowed === true
    } catch (error) {
      // Who may not even ask finds out by trying.
      if (error instanceof HksError && error.code === 'FORBIDDEN') return true
      throw error
    }
  }
  const isAllowed = (action: RequestInfo): Promise<boolean> => {
    const key = JSON.stringify(Object.entries(action).sort())
    const known = answers.get(key)
    if (known && now() < known.until) return known.allowed
    const mine = answers
    const answer = { until: now() + keptMs.allowed, allowed: ask(action) }
    mine.set(key, answer)
    answer.allowed.then(
      allowed => {
        if (!allowed) answer.until = now() + keptMs.denied
      },
      () => mine.delete(key),
    )
    return answer.allowed
  }
  const forget = (): void => {
    answers = new Map()
    for (const listener of [...listeners]) listener()
  }
  return {
    isAllowed,
    forget,
    require: async (...actions) => {
      const allowed = await Promise.all(actions.map(isAllowed))
      const denied = actions[allowed.indexOf(false)]
      if (denied) throw forbidden(denied, '')
    },
    namedIn: namespace => namedRules(client, namespace),
    refused: request => {
      if (!saysNothing(request)) forget()
    },
    onForget: listener => {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
  }
}
