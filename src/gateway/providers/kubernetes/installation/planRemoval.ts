import { HksError } from '../../../../contract/errors.ts'
import type { KnativeTeller } from '../../../domain/ports.ts'
import type { KubeClient } from '../client/kubeClient.ts'
import type { KubeObject } from '../client/kubeObject.ts'
import { servingApi } from '../functions/objects/knativeObjects.ts'
import { type OwnObject, ownObjects } from './ownObjects.ts'

/** So many of a list are named. */
const named = 10

/** Where this type goes, all functions go. */
const servicesType = 'services.serving.knative.dev'
/** The types whose objects are a user's own; what Knative makes of them has an owner. */
const userTypes = ['services', 'routes', 'configurations']

/**
 * What a removal deletes: what an installation has made, and nothing else; none where Knative is not there.
 * @throws HksError CONFLICT while there are Knative Services, or when somebody else has installed Knative; FORBIDDEN
 */
export async function planRemoval(
  client: KubeClient,
  tell: KnativeTeller,
  signal: AbortSignal,
): Promise<readonly OwnObject[]> {
  const objects = await ownObjects(client, tell, signal)
  if (objects.length === 0) await refuseForeign(client, signal)
  if (objects.some(({ name }) => name === servicesType)) await refuseWhileUsed(client, signal)
  return objects
}

async function refuseForeign(client: KubeClient, signal: AbortSignal): Promise<void> {
  const served = await client.request('GET', servingApi, { signal }).then(() => true, unlessMissing(false))
  if (!served) return
  throw new HksError('CONFLICT', 'Somebody else has installed Knative in this cluster. Nothing was removed.', {
    hint: 'Only what was installed with hks-func or the editor is removed: use the tool that installed it.',
  })
}

async function refuseWhileUsed(client: KubeClient, signal: AbortSignal): Promise<void> {
  const lists = await Promise.all(
    userTypes.map(resource =>
      client.list<KubeObject>(`${servingApi}/${resource}`, { signal }).catch(unlessMissing({ items: [] })),
    ),
  )
  const used = lists
    .flatMap(({ items }) => items)
    .filter(({ metadata }) => (metadata.ownerReferences ?? []).length === 0)
    .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
  if (used.length === 0) return
  const more = used.length > named ? ` and ${used.length - named} more` : ''
  throw new HksError(
    'CONFLICT',
    `Knative Services still exist: ${used.slice(0, named).join(', ')}${more}. Nothing was removed.`,
    {
      details: { services: used },
      hint: 'Delete them first: hks-func delete, or kubectl delete ksvc for those that others have made.',
    },
  )
}

/** The answer in the place of that of an API that is not served. */
const unlessMissing =
  <T>(missing: T) =>
  (error: unknown): T => {
    if ((error as HksError).code === 'NOT_FOUND') return missing
    throw error
  }
