import type { KubeObject } from '../client/kubeObject.ts'
import type { CollectionEvent } from './watchedCollection.ts'

/** What a collection knows: by UID and by name. */
export interface HeldObjects<T extends KubeObject> {
  /** The same array as long as nothing changed. */
  list(): readonly T[]
  get(uid: string): T | undefined
  byName(name: string): T | undefined
  /** Takes an event; nothing is told when this version is held already. */
  put(object: T): void
  delete(object: T): void
  /** Takes a whole list and tells only how it differs from what was held; what is gone comes first. */
  replace(objects: ReadonlyMap<string, T>): void
}

/** Holds objects and tells each change at once, after it was made. */
export function createHeldObjects<T extends KubeObject>(tell: (event: CollectionEvent<T>) => void): HeldObjects<T> {
  const byUid = new Map<string, T>()
  const names = new Map<string, T>()
  let listed: readonly T[] | undefined

  const remove = (uid: string, last: T | undefined): void => {
    const previous = byUid.get(uid)
    if (!previous) return
    byUid.delete(uid)
    // Its name may be another object's by now.
    if (names.get(previous.metadata.name) === previous) names.delete(previous.metadata.name)
    listed = undefined
    tell({ type: 'delete', object: last ?? previous, previous })
  }
  const put = (object: T): void => {
    const { uid, name, resourceVersion } = object.metadata
    const previous = byUid.get(uid)
    if (previous?.metadata.resourceVersion === resourceVersion) return
    byUid.set(uid, object)
    names.set(name, object)
    listed = undefined
    tell({ type: 'put', object, ...(previous === undefined ? {} : { previous }) })
  }
  return {
    list: () => (listed ??= [...byUid.values()]),
    get: uid => byUid.get(uid),
    byName: name => names.get(name),
    put,
    delete: object => remove(object.metadata.uid, object),
    replace: objects => {
      for (const uid of [...byUid.keys()]) if (!objects.has(uid)) remove(uid, undefined)
      for (const object of objects.values()) put(object)
    },
  }
}
