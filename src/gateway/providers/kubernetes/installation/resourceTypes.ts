import type { HksError } from '../../../../contract/errors.ts'
import type { KubeClient } from '../client/kubeClient.ts'
import type { Manifest } from './manifest.ts'

/** How the API server serves a kind. */
export interface ResourceType {
  /** Such as `/apis/apps/v1`. */
  readonly base: string
  readonly group: string
  readonly kind: string
  /** Plural, as in paths. */
  readonly resource: string
  readonly namespaced: boolean
  readonly verbs: readonly string[]
}

interface ResourceList {
  readonly resources: readonly {
    readonly name: string
    readonly kind: string
    readonly namespaced: boolean
    readonly verbs: readonly string[]
  }[]
}

/** Kinds that are served now; asked once for each group and version. */
export interface ResourceTypes {
  /** Nothing for a kind that is not served. @throws HksError CONNECTION_FAILED */
  of(apiVersion: string, kind: string): Promise<ResourceType | undefined>
  /** A new type may be served now. */
  forget(): void
}

/** Asks the API server for its types. */
export function createResourceTypes(client: KubeClient, signal: AbortSignal): ResourceTypes {
  let known = new Map<string, Promise<readonly ResourceType[]>>()
  return {
    of: async (apiVersion, kind) => {
      const asked = known.get(apiVersion) ?? typesOf(client, apiVersion, signal)
      known.set(apiVersion, asked)
      return (await asked).find(type => type.kind === kind)
    },
    forget: () => {
      known = new Map()
    },
  }
}

/** The types of a group and version, without subresources; none where the group is not served. */
export async function typesOf(
  client: KubeClient,
  apiVersion: string,
  signal: AbortSignal,
): Promise<readonly ResourceType[]> {
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0]! : ''
  try {
    const { resources } = await client.request<ResourceList>('GET', base, { signal })
    return resources
      .filter(({ name }) => !name.includes('/'))
      .map(({ name, ...rest }) => ({ ...rest, base, group, resource: name }))
  } catch (error) {
    if ((error as HksError).code === 'NOT_FOUND') return []
    throw error
  }
}

/** The path of an object; one that names no namespace is in `default`, as for kubectl. */
export const objectPath = (type: ResourceType, { metadata }: Pick<Manifest, 'metadata'>): string =>
  `${listPath(type, type.namespaced ? (metadata.namespace ?? 'default') : undefined)}/${encodeURIComponent(metadata.name)}`

/** The path of all objects of a type, or of those in a namespace. */
export const listPath = ({ base, resource }: ResourceType, namespace?: string): string =>
  `${base}${namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`}/${resource}`
