import { annotations } from '../labels.ts'
import { millisecondsOf } from '../cronJobs/fromKube.ts'
import type { KubeJob } from '../objects/batchV1.ts'

/** A suffix that lies further from the Job's creation is no minute, milliseconds. */
const furthestMs = 366 * 24 * 3600 * 1000

/**
 * The nominal time of a Job: that of its annotation (Kubernetes 1.32), before that the minutes since the epoch at the
 * end of its name. Epoch milliseconds; nothing for a Job that no schedule started.
 */
export function scheduledAtOf({ metadata }: KubeJob, cronJobName: string): number | undefined {
  const { annotations: own = {}, name } = metadata
  if (own[annotations.instantiate] !== undefined || own[annotations.retryOf] !== undefined) return undefined
  const noted = millisecondsOf(own[annotations.scheduledTimestamp])
  if (noted !== undefined) return noted
  const suffix = name.startsWith(`${cronJobName}-`) ? name.slice(cronJobName.length + 1) : ''
  if (!/^\d{7,9}$/.test(suffix)) return undefined
  const scheduledAt = Number(suffix) * 60_000
  const createdAt = millisecondsOf(metadata.creationTimestamp) ?? 0
  const isMinute = scheduledAt <= createdAt + 60_000 && createdAt - scheduledAt < furthestMs
  return isMinute ? scheduledAt : undefined
}
