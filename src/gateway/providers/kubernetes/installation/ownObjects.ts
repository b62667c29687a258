import type { HksError } from '../../../../contract/errors.ts'
import type { KnativeTeller } from '../../../domain/ports.ts'
import type { KubeClient } from '../client/kubeClient.ts'
import { isMarked, type LiveObject, markSelector } from './mark.ts'
import { eachOf } from './pacing.ts'
import { listPath, objectPath, type ResourceType, typesOf } from './resourceTypes.ts'

/** An object that an installation has made. */
export interface OwnObject {
  readonly kind: string
  readonly group: string
  readonly name: string
  readonly namespace?: string
  readonly uid: string
  readonly path: string
}

interface Groups {
  readonly groups: readonly { readonly preferredVersion: { readonly groupVersion: string } }[]
}

const atOnce = 8

/**
 * All objects with the mark, of whichever type the cluster serves. A group whose own server is away is told: nothing of an
 * installation is in it.
 * @throws HksError FORBIDDEN for the first type that may not be listed, CONNECTION_FAILED
 */
export async function ownObjects(
  client: KubeClient,
  tell: KnativeTeller,
  signal: AbortSignal,
): Promise<readonly OwnObject[]> {
  const { groups } = await client.request<Groups>('GET', '/apis', { signal })
  const versions = ['v1', ...groups.map(({ preferredVersion }) => preferredVersion.groupVersion)]
  const types = (await eachOf(versions, atOnce, version => typesOf(client, version, signal).catch(unlessAway(version))))
    .flat()
    .filter(({ verbs }) => verbs.includes('list') && verbs.includes('delete'))
  const found = await eachOf(types, atOnce, async type => {
    const { items } = await client
      .list<LiveObject>(listPath(type), { query: { labelSelector: markSelector }, signal })
      .catch(unlessGone)
    return items.filter(isMarked).map(object => ownObject(type, object))
  })
  return found.flat()

  function unlessAway(version: string) {
    return (error: unknown): readonly ResourceType[] => {
      // A server beside the API server, such as that of metrics, answers 503 while it is away.
      if ((error as HksError).details?.['status'] !== 503) throw error
      tell({ type: 'warning', message: `${version} does not answer and was not looked at.` })
      return []
    }
  }
}

function ownObject(type: ResourceType, { metadata }: LiveObject): OwnObject {
  const { name, namespace, uid } = metadata
  const { kind, group } = type
  const path = objectPath(type, { metadata: { name, ...(namespace === undefined ? {} : { namespace }) } })
  return { kind, group, name, uid, path, ...(namespace === undefined ? {} : { namespace }) }
}

/** The type went while its objects were to be listed, or has no list of all namespaces. */
function unlessGone(error: unknown): { readonly items: readonly LiveObject[] } {
  if (['NOT_FOUND', 'METHOD_NOT_ALLOWED'].includes((error as HksError).code)) return { items: [] }
  throw error
}
