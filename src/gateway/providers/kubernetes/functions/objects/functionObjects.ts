import { HksError } from '../../../../../contract/errors.ts'
import { patchTypes } from '../../client/kubeClient.ts'
import type { KubeObject } from '../../client/kubeObject.ts'
import type { NamespaceScope } from '../../namespaceScope.ts'
import { labels } from './functionNames.ts'
import { type KnativeRevision, type KnativeService, servingApi } from './knativeObjects.ts'

/** A core/v1 ConfigMap. */
export interface ConfigMap extends KubeObject {
  readonly immutable?: boolean
  readonly data?: Readonly<Record<string, string>>
  readonly binaryData?: Readonly<Record<string, string>>
}

/** A core/v1 Secret; values are base64. */
export interface Secret extends KubeObject {
  readonly data?: Readonly<Record<string, string>>
}

/** Metadata as a merge patch; `null` takes an entry away. */
export interface MetadataPatch {
  readonly annotations?: Readonly<Record<string, string | null>>
  readonly ownerReferences?: KubeObject['metadata']['ownerReferences']
  readonly resourceVersion?: string
}

/** Kinds that a function has in its namespace, as paths name them. */
const folders = {
  services: `${servingApi}/namespaces`,
  revisions: `${servingApi}/namespaces`,
  configmaps: '/api/v1/namespaces',
  secrets: '/api/v1/namespaces',
  pods: '/api/v1/namespaces',
} as const
type Kind = keyof typeof folders
interface KindTypes {
  services: KnativeService
  revisions: KnativeRevision
  configmaps: ConfigMap
  secrets: Secret
  pods: KubeObject
}

/** Changes objects of functions in one namespace; errors are those of the client. */
export interface FunctionObjects {
  find<K extends Kind>(kind: K, name: string): Promise<KindTypes[K] | undefined>
  list<K extends Kind>(kind: K, labelSelector: string): Promise<readonly KindTypes[K][]>
  /** Answers whether it was made; `false` when one of that name is there. */
  create(kind: Kind, object: object): Promise<boolean>
  /** Replaces it if nobody has changed it since it was read. @throws HksError CONFLICT */
  replace(object: KnativeService): Promise<KnativeService>
  patch<K extends Kind>(
    kind: K,
    name: string,
    patch: { readonly metadata?: MetadataPatch; readonly spec?: object },
  ): Promise<KindTypes[K]>
  /** What is not there is no error. With `foreground` it stays, marked, until all that it owns is gone. */
  remove(
    kind: Kind,
    name: string,
    options?: { readonly uid?: string; readonly resourceVersion?: string; readonly foreground?: boolean },
  ): Promise<void>
  /** Ends pods without waiting for the calls that they work on. */
  endPods(label: keyof Pick<typeof labels, 'service' | 'revision'>, name: string): Promise<void>
}

/** Seconds that a pod gets whose function is deleted, or could not serve. */
const endSeconds = 1

/** The objects of a namespace. */
export function createFunctionObjects({ client, name: namespace, signal }: NamespaceScope): FunctionObjects {
  const pathOf = (kind: Kind, name?: string) =>
    `${folders[kind]}/${encodeURIComponent(namespace)}/${kind}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`
  return {
    find: async (kind, name) => {
      try {
        return await client.request('GET', pathOf(kind, name), { signal })
      } catch (error) {
        if (isAbsent(error)) return undefined
        throw error
      }
    },
    list: async (kind, labelSelector) =>
      (await client.list<never>(pathOf(kind), { query: { labelSelector }, signal })).items,
    create: async (kind, object) => {
      try {
        await client.request('POST', pathOf(kind), { body: object, signal })
        return true
      } catch (error) {
        if (error instanceof HksError && error.details?.['statusReason'] === 'AlreadyExists') return false
        throw error
      }
    },
    replace: object => client.request('PUT', pathOf('services', object.metadata.name), { body: object, signal }),
    patch: (kind, name, patch) =>
      client.request('PATCH', pathOf(kind, name), { body: patch, contentType: patchTypes.merge, signal }),
    remove: async (kind, name, { uid, resourceVersion, foreground } = {}) => {
      const body = {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: foreground ? 'Foreground' : 'Background',
        preconditions: { uid, resourceVersion },
      }
      try {
        await client.request('DELETE', pathOf(kind, name), { body, signal })
      } catch (error) {
        if (!isAbsent(error)) throw error
      }
    },
    endPods: async (label, name) => {
      await client.request('DELETE', pathOf('pods'), {
        query: { labelSelector: `${labels[label]}=${name}` },
        body: { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: endSeconds },
        signal,
      })
    },
  }
}

/** Whether the API server says that there is no such object. */
export const isAbsent = (error: unknown): boolean => error instanceof HksError && error.code === 'NOT_FOUND'

/** Whether the user may not do it. */
export const isForbidden = (error: unknown): boolean => error instanceof HksError && error.code === 'FORBIDDEN'

/** Whether somebody else has changed the object since it was read. */
export const isConflict = (error: unknown): boolean => error instanceof HksError && error.code === 'CONFLICT'
