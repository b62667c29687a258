import { HksError } from '../../../../contract/errors.ts'
import { latestRun } from '../../../../schedule/index.ts'
import { type KubeClient, patchTypes } from '../client/kubeClient.ts'
import type { KubeCronJob } from '../objects/batchV1.ts'
import { millisecondsOf } from './fromKube.ts'
import { timingOf } from './timingOf.ts'

/**
 * Lets what was missed before now count as scheduled, so that the controller does not start it: it looks back no further
 * than `status.lastScheduleTime`. @throws HksError FORBIDDEN when the caller may not write the status
 */
export async function skipMissedRuns(
  client: KubeClient,
  path: string,
  object: KubeCronJob,
  now: number,
): Promise<void> {
  const { metadata, status } = object
  const timing = timingOf(object)
  const since = millisecondsOf(status?.lastScheduleTime) ?? millisecondsOf(metadata.creationTimestamp)
  if (!timing || since === undefined) return
  const { latest } = latestRun(timing.schedule, since, now, timing.timeZone)
  if (latest === undefined) return
  const lastScheduleTime = `${new Date(latest).toISOString().slice(0, 19)}Z`
  try {
    await client.request('PATCH', `${path}/status`, {
      body: { metadata: { uid: metadata.uid }, status: { lastScheduleTime } },
      contentType: patchTypes.merge,
    })
  } catch (error) {
    if (!(error instanceof HksError) || error.code !== 'FORBIDDEN') throw error
    throw new HksError(
      'FORBIDDEN',
      `The run missed at ${new Date(latest).toISOString()} can not be skipped: ${error.message}`,
      {
        ...(error.details ? { details: error.details } : {}),
        hint: 'Resume it without skipping, which starts that run, or ask for the verb "patch" on cronjobs.batch/status.',
        cause: error,
      },
    )
  }
}
