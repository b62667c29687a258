import type { CronJobRecord } from '../../../domain/cronJob.ts'
import type { KubeCronJob } from '../objects/batchV1.ts'
import type { WatchedCollection } from '../watch/watchedCollection.ts'
import { recordOf } from './fromKube.ts'
import type { KnownIds } from './knownIds.ts'

/** A CronJob of the cluster and how the gateway knows it. */
export interface IndexedCronJob {
  readonly object: KubeCronJob
  readonly record: CronJobRecord
}

/** The CronJobs of a namespace by their ids. */
export interface CronJobIndex {
  /** Sorted by name; the same array, and the same record of an object, as long as nothing changed. */
  all(): readonly IndexedCronJob[]
  get(id: string): IndexedCronJob | undefined
  byUid(uid: string): IndexedCronJob | undefined
}

/** An index that follows the collection. */
export function createCronJobIndex(
  collection: WatchedCollection<KubeCronJob>,
  projectId: string,
  knownIds: KnownIds,
): CronJobIndex {
  let source: readonly KubeCronJob[] | undefined
  let all: readonly IndexedCronJob[] = []
  let byId = new Map<string, IndexedCronJob>()
  let byUid = new Map<string, IndexedCronJob>()

  const refresh = (): void => {
    const objects = collection.list()
    if (objects === source) return
    source = objects
    const ids = knownIds.idsOf(objects)
    const before = byUid
    byUid = new Map(
      objects.map(object => {
        const { uid } = object.metadata
        const id = ids.get(uid)!
        const known = before.get(uid)
        return [uid, known?.object === object && known.record.id === id ? known : entryOf(object, id, known)] as const
      }),
    )
    all = [...byUid.values()].sort((a, b) => (a.record.spec.name < b.record.spec.name ? -1 : 1))
    byId = new Map(all.map(each => [each.record.id, each]))
  }
  const entryOf = (object: KubeCronJob, id: string, known: IndexedCronJob | undefined): IndexedCronJob => {
    const record = recordOf(object, id, projectId)
    // Whatever else changed about the object, such as its status, the record is the same one.
    return { object, record: known && JSON.stringify(known.record) === JSON.stringify(record) ? known.record : record }
  }
  return {
    all: () => {
      refresh()
      return all
    },
    get: id => {
      refresh()
      return byId.get(id)
    },
    byUid: uid => {
      refresh()
      return byUid.get(uid)
    },
  }
}
