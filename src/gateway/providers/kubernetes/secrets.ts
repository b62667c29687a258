import type { HksError } from '../../../contract/errors.ts'
import type { Secrets } from '../../domain/ports.ts'
import type { SecretKeys } from '../../domain/project.ts'
import { patchTypes } from './client/kubeClient.ts'
import type { KubeObject } from './client/kubeObject.ts'
import type { NamespaceScope } from './namespaceScope.ts'
import type { NamespaceWork } from './namespaceWork.ts'

/** The part of a core/v1 Secret that is read; values are base64 and go no further. */
interface KubeSecret extends KubeObject {
  readonly type?: string
  readonly data?: Readonly<Record<string, string>>
}

/** The type of secrets that hold what somebody put in, not what Kubernetes made. */
const opaque = 'Opaque'

/** The Secrets of a namespace, read when they are asked for: a watch would keep all values in memory. */
export function openNamespaceSecrets(scope: NamespaceScope): NamespaceWork {
  return {
    secrets: createNamespaceSecrets(scope),
    state: () => ({ synced: true }),
    onState: () => ({ [Symbol.dispose]: () => undefined }),
    stop: async () => undefined,
  }
}

function createNamespaceSecrets({ client, name: namespace }: NamespaceScope): Secrets {
  const path = `/api/v1/namespaces/${namespace}/secrets`
  const patch = (secret: string, stringData: Readonly<Record<string, string>>) =>
    client.request<KubeSecret>('PATCH', `${path}/${secret}`, { contentType: patchTypes.merge, body: { stringData } })
  const create = (name: string, stringData: Readonly<Record<string, string>>) => {
    const labels = { 'app.kubernetes.io/managed-by': 'hexabase' }
    const body = { apiVersion: 'v1', kind: 'Secret', type: opaque, metadata: { name, labels }, stringData }
    return client.request<KubeSecret>('POST', path, { body })
  }
  return {
    list: async () => {
      const { items } = await client.list<KubeSecret>(path, { query: { fieldSelector: `type=${opaque}` } })
      return items.map(keysOf).sort((a, b) => (a.name < b.name ? -1 : 1))
    },
    write: async (_projectId, secret, data) => {
      try {
        return keysOf(await patch(secret, data))
      } catch (error) {
        if ((error as HksError).code !== 'NOT_FOUND') throw error
      }
      try {
        return keysOf(await create(secret, data))
      } catch (error) {
        // Somebody else was faster.
        if ((error as HksError).code !== 'CONFLICT') throw error
        return keysOf(await patch(secret, data))
      }
    },
    remove: async (_projectId, secret) => {
      await client.request('DELETE', `${path}/${secret}`)
    },
  }
}

const keysOf = ({ metadata, data = {} }: KubeSecret): SecretKeys => ({
  name: metadata.name,
  keys: Object.keys(data).sort(),
})
