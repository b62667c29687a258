import { annotations, labels } from '../labels.ts'
import type { KubeCronJob } from '../objects/batchV1.ts'

/**
 * The ids of the CronJobs of one namespace by UID: that of the label, where it was given for this project and no older
 * object has it; else the UID. A copy of a manifest, in this namespace or another, is an application of its own.
 */
export function cronJobIds(objects: readonly KubeCronJob[], projectId: string): ReadonlyMap<string, string> {
  const ids = new Map<string, string>()
  const taken = new Set<string>()
  for (const { metadata } of objects.toSorted(oldestFirst)) {
    const label = metadata.labels?.[labels.appId]
    const given = metadata.annotations?.[annotations.projectId]
    const isOwn = label !== undefined && label !== '' && (given === undefined || given === projectId)
    const id = isOwn && !taken.has(label) ? label : metadata.uid
    taken.add(id)
    ids.set(metadata.uid, id)
  }
  return ids
}

function oldestFirst({ metadata: a }: KubeCronJob, { metadata: b }: KubeCronJob): number {
  if (a.creationTimestamp !== b.creationTimestamp) return a.creationTimestamp < b.creationTimestamp ? -1 : 1
  return a.uid < b.uid ? -1 : 1
}
