import type { KubeObject } from '../client/kubeObject.ts'
import type { WatchedCollection } from '../watch/watchedCollection.ts'

/** How long a change may take to come back by the watch, milliseconds; what is read before is older. */
const longestMs = 5000

/** Waits for the first listing. @throws HksError why there is none */
export async function untilSynced<T extends KubeObject>(collection: WatchedCollection<T>): Promise<void> {
  const { synced, error } = collection.state()
  if (synced) return
  if (error) throw error
  await collection.ready()
}

/** Resolves when the collection holds this version of an object, or a newer one, or after some seconds. */
export const untilSeen = <T extends KubeObject>(collection: WatchedCollection<T>, { metadata }: T): Promise<void> =>
  until(collection, () => {
    const known = collection.get(metadata.uid)
    return known !== undefined && !isOlder(known.metadata.resourceVersion, metadata.resourceVersion)
  })

/** Resolves when the collection does not hold the object any more, or after some seconds. */
export const untilGone = <T extends KubeObject>(
  collection: WatchedCollection<T>,
  isGone: () => boolean,
  milliseconds: number = longestMs,
): Promise<void> => until(collection, isGone, milliseconds)

function until<T extends KubeObject>(
  collection: WatchedCollection<T>,
  isSo: () => boolean,
  milliseconds: number = longestMs,
): Promise<void> {
  if (isSo()) return Promise.resolve()
  return new Promise(resolve => {
    const end = () => {
      clearTimeout(timer)
      subscription[Symbol.dispose]()
      resolve()
    }
    const timer = setTimeout(end, milliseconds)
    const subscription = collection.subscribe(() => {
      if (isSo()) end()
    })
  })
}

/** Resource versions are opaque by the letter and growing numbers in fact; others count as the same. */
const isOlder = (known: string, wanted: string): boolean =>
  /^\d+$/.test(known) && /^\d+$/.test(wanted) && BigInt(known) < BigInt(wanted)
