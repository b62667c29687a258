import { createKubeRequest, KubeRequestError, type KubeRequest } from '../../../scripts/cluster/kubeRequest.ts'
import { selectors, type KubeObject, type ListRef, type ObjectRef } from './kubeObject.ts'
import { watchUntil } from './watchUntil.ts'

/** How `remove` deletes. */
export interface RemoveOptions {
  /** Seconds that a pod is given to end; 0 kills it. */
  readonly gracePeriodSeconds?: number
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan'
}

/**
 * The API server as a test sees it, past the product. Every failure is a `KubeRequestError` with its status. `T` is the
 * shape that the test expects, such as client-node's `V1Pod`, but with instants as text.
 */
export interface KubeApi {
  readonly request: KubeRequest
  /** Creates the object or changes it to be so (server-side apply), and answers what became of it. */
  readonly apply: <T = KubeObject>(object: KubeObject) => Promise<T>
  /** Creates the object; `generateName` may stand in the place of its name. */
  readonly create: <T = KubeObject>(object: Unnamed) => Promise<T>
  /** Changes fields (JSON merge patch), of a subresource such as `status` where one is named. */
  readonly patch: <T = KubeObject>(ref: ObjectRef, fields: object, subresource?: string) => Promise<T>
  /** The object; undefined when there is none. */
  readonly get: <T = KubeObject>(ref: ObjectRef) => Promise<T | undefined>
  readonly list: <T = KubeObject>(ref: ListRef) => Promise<T[]>
  /** Asks for the deletion of an object; nothing happens when there is none. */
  readonly remove: (ref: ObjectRef, options?: RemoveOptions) => Promise<void>
  /** Watches objects until they are as wanted, and answers them; an error that shows them after 60 s or `milliseconds`. */
  readonly untilList: <T = KubeObject>(
    ref: ListRef,
    wanted: (objects: readonly T[]) => boolean,
    milliseconds?: number,
  ) => Promise<readonly T[]>
  /** Watches an object until it is there and as wanted, and answers it; an error after 60 s or `milliseconds`. */
  readonly until: <T = KubeObject>(ref: ObjectRef, wanted: (object: T) => boolean, milliseconds?: number) => Promise<T>
  /** Watches an object until it is gone; an error after 60 s or `milliseconds`. */
  readonly untilGone: (ref: ObjectRef, milliseconds?: number) => Promise<void>
}

/** An object whose name the server may make up, from `generateName`. */
interface Unnamed {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: Readonly<Record<string, unknown>> & { readonly namespace?: string }
  readonly [field: string]: unknown
}

interface Resources {
  readonly resources: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[]
}

/** Speaks to the API server of a kubeconfig file. */
export function createKubeApi(kubeconfig: string): KubeApi {
  const request = createKubeRequest(kubeconfig)

  /** Such as `/api/v1/namespaces/N/pods`. The plural is asked for, so that custom kinds work as well. */
  const listPath = async ({ apiVersion, kind, namespace }: Pick<ListRef, 'apiVersion' | 'kind' | 'namespace'>) => {
    const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
    const { resources } = await request.json<Resources>('GET', base)
    const found = resources.find(r => r.kind === kind && !r.name.includes('/'))
    if (!found) throw new Error(`${base} has no kind ${kind}`)
    return namespace === undefined ? `${base}/${found.name}` : `${base}/namespaces/${namespace}/${found.name}`
  }
  const objectPath = async (ref: ObjectRef) => `${await listPath(ref)}/${ref.name}`
  const untilList: KubeApi['untilList'] = async (ref, wanted, milliseconds) =>
    watchUntil({ request, path: await listPath(ref), ref, wanted, ...(milliseconds ? { milliseconds } : {}) })
  const only = ({ name, ...ref }: ObjectRef): ListRef => ({ ...ref, fieldSelector: `metadata.name=${name}` })

  return {
    request,
    untilList,
    apply: async object => {
      const path = await objectPath({ ...object, ...object.metadata })
      const contentType = 'application/apply-patch+yaml'
      return request.json('PATCH', `${path}?fieldManager=hks-test&force=true`, { body: object, contentType })
    },
    create: async object => {
      const { namespace } = object.metadata
      return request.json('POST', await listPath({ ...object, namespace }), { body: object })
    },
    patch: async (ref, fields, subresource) => {
      const path = await objectPath(ref)
      const contentType = 'application/merge-patch+json'
      return request.json('PATCH', subresource ? `${path}/${subresource}` : path, { body: fields, contentType })
    },
    get: async <T>(ref: ObjectRef) => request.json<T>('GET', await objectPath(ref)).catch(absent),
    list: async <T>(ref: ListRef) => {
      const path = `${await listPath(ref)}?${selectors(ref)}`
      const { items } = await request.json<{ items: T[] }>('GET', path)
      return items
    },
    remove: async (ref, options = { propagationPolicy: 'Background' }) => {
      await request.text('DELETE', await objectPath(ref), { body: options }).catch(absent)
    },
    until: async <T>(ref: ObjectRef, wanted: (object: T) => boolean, milliseconds?: number) => {
      const isWanted = (objects: readonly T[]) => objects.some(wanted)
      const [object] = await untilList(only(ref), isWanted, milliseconds)
      return object!
    },
    untilGone: async (ref, milliseconds) => {
      await untilList(only(ref), objects => objects.length === 0, milliseconds)
    },
  }
}

/** Undefined for what is not there; every other failure stays one. */
function absent(error: unknown): undefined {
  if (error instanceof KubeRequestError && error.status === 404) return undefined
  throw error
}
