import { HksError } from '../../../../contract/errors.ts'
import type { KubeClient } from './kubeClient.ts'
import type { KubeObject } from './kubeObject.ts'
import type { RequestInfo } from './requestInfo.ts'
import { forbidden } from './translateError.ts'

/** What the user of a connection may do, as the API server says (SelfSubjectAccessReview); kept for a minute. */
export interface AccessReview {
  /** @throws HksError CONNECTION_FAILED */
  isAllowed(action: RequestInfo): Promise<boolean>
  /** Asks for all at once. @throws HksError FORBIDDEN for the first that is denied, in words; CONNECTION_FAILED */
  require(...actions: readonly RequestInfo[]): Promise<void>
  /** What was known may be wrong: the server has refused something. */
  forget(): void
}

const keptMs = 60_000
const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'

interface Review extends KubeObject {
  readonly status?: { readonly allowed: boolean }
}

/** Asks once for each action; those who ask meanwhile share the answer. */
export function createAccessReview(client: Pick<KubeClient, 'request'>, now: () => number = Date.now): AccessReview {
  let answers = new Map<string, { readonly at: number; readonly allowed: Promise<boolean> }>()
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
    if (known && now() - known.at < keptMs) return known.allowed
    const mine = answers
    const allowed = ask(action)
    mine.set(key, { at: now(), allowed })
    allowed.catch(() => mine.delete(key))
    return allowed
  }
  return {
    isAllowed,
    require: async (...actions) => {
      const allowed = await Promise.all(actions.map(isAllowed))
      const denied = actions[allowed.indexOf(false)]
      if (denied) throw forbidden(denied, '')
    },
    forget: () => {
      answers = new Map()
    },
  }
}
