import type { KubeRequest } from '../../../scripts/cluster/kubeRequest.ts'
import { selectors, type KubeObject, type ListRef } from './kubeObject.ts'

interface Wait<T> {
  readonly request: KubeRequest
  /** The path of the list. */
  readonly path: string
  readonly ref: ListRef
  readonly wanted: (objects: readonly T[]) => boolean
  readonly milliseconds?: number
}

interface List {
  readonly metadata: { readonly resourceVersion: string }
  readonly items: readonly KubeObject[]
}

interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  readonly object: KubeObject
}

/** Lists and watches objects until they are as wanted, and answers them; an error that shows them when time is up. */
export async function watchUntil<T>(wait: Wait<T>): Promise<readonly T[]> {
  const { request, path, ref, wanted, milliseconds = 60_000 } = wait
  const signal = AbortSignal.timeout(milliseconds)
  const objects = new Map<unknown, KubeObject>()
  const current = () => [...objects.values()] as T[]
  try {
    // A watch ends when its server wants it to; then all begins with a new list.
    for (;;) {
      const { metadata, items } = await request.json<List>('GET', `${path}?${selectors(ref)}`, { signal })
      objects.clear()
      for (const item of items) objects.set(item.metadata.uid, item)
      if (wanted(current())) return current()
      const query = `${selectors(ref)}&watch=true&resourceVersion=${metadata.resourceVersion}`
      for await (const line of request.lines(`${path}?${query}`, signal)) {
        const { type, object } = JSON.parse(line) as WatchEvent
        if (type === 'ERROR') break
        if (type === 'DELETED') objects.delete(object.metadata.uid)
        else objects.set(object.metadata.uid, object)
        if (wanted(current())) return current()
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error
    const seen = JSON.stringify(current(), undefined, 1)
    throw new Error(`${ref.kind} at ${path} not as wanted after ${milliseconds} ms: ${seen}`, { cause: error })
  }
}
