import { annotations, labels } from '../labels.ts'
import type { KubeCronJob } from '../objects/batchV1.ts'

/**
 * The ids of CronJobs of one namespace that were never seen before, by UID: that of the label, where it was given for
 * this project and no other object has a better claim to it; else the UID. A copy of a manifest, in this namespace or
 * another, is an application of its own. `taken` are the ids of objects that were seen, there still or gone.
 */
export function newCronJobIds(
  objects: readonly KubeCronJob[],
  projectId: string,
  taken: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const ids = new Map<string, string>()
  const given = new Set(taken)
  for (const { metadata } of objects.toSorted(bestClaimFirst)) {
    const label = metadata.labels?.[labels.appId]
    const project = metadata.annotations?.[annotations.projectId]
    const isOwn = label !== undefined && label !== '' && (project === undefined || project === projectId)
    const id = isOwn && !given.has(label) ? label : metadata.uid
    given.add(id)
    ids.set(metadata.uid, id)
  }
  return ids
}

/** The object that the label was given to, then the oldest: times have no parts of seconds, so they may be the same. */
function bestClaimFirst({ metadata: a }: KubeCronJob, { metadata: b }: KubeCronJob): number {
  const isNamed = (metadata: KubeCronJob['metadata']) => metadata.annotations?.[annotations.name] === metadata.name
  if (isNamed(a) !== isNamed(b)) return isNamed(a) ? -1 : 1
  if (a.creationTimestamp !== b.creationTimestamp) return a.creationTimestamp < b.creationTimestamp ? -1 : 1
  return a.uid < b.uid ? -1 : 1
}
