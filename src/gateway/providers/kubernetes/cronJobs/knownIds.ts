import type { LedgerStore } from '../../../domain/ledgerStore.ts'
import type { KubeCronJob } from '../objects/batchV1.ts'
import { newCronJobIds } from './cronJobId.ts'

/** The ids of the CronJobs of a namespace. An object that was seen once keeps its id, whatever becomes of its labels. */
export interface KnownIds {
  /** Reads, once, what was known before this start; to be awaited before any object is taken. Rejects as the ledger does. */
  load(): Promise<void>
  /** By UID: the ids of these objects, and those of others that were seen. */
  idsOf(objects: readonly KubeCronJob[]): ReadonlyMap<string, string>
  /** To be told when what is stored of an object that is gone was removed. */
  forget(uid: string): void
}

/** Ids of a project. They last as long as the ledger has them; the watch of CronJobs saves them there. */
export function createKnownIds(ledger: Pick<LedgerStore, 'applicationsByUid'>, projectId: string): KnownIds {
  const known = new Map<string, string>()
  let loading: Promise<void> | undefined
  const read = async (): Promise<void> => {
    for (const [uid, id] of await ledger.applicationsByUid(projectId)) known.set(uid, id)
  }
  return {
    load: () =>
      (loading ??= read().catch((error: unknown) => {
        loading = undefined
        throw error
      })),
    idsOf: objects => {
      const unseen = objects.filter(({ metadata }) => !known.has(metadata.uid))
      if (unseen.length === 0) return known
      for (const [uid, id] of newCronJobIds(unseen, projectId, new Set(known.values()))) known.set(uid, id)
      return known
    },
    forget: uid => void known.delete(uid),
  }
}
