import { stringify } from 'yaml'
import { cronJobManifest } from '../base/cronJobManifest.ts'
import type { CronJob, CronJobCreate } from '../contract/cronJobs.ts'

/** The image written where a CronJob has none: a manifest needs one, and `local` ignores it. */
export const defaultImage = 'busybox:stable'

/** The `batch/v1` manifest of a CronJob, as YAML. A CronJob that calls a function has none: it answers nothing. */
export function writeManifest(job: CronJob | CronJobCreate): string | undefined {
  if (job.functionId !== undefined) return undefined
  return writeYaml(cronJobManifest({ ...job, image: job.image ?? defaultImage }))
}

/** An object as YAML, long lines as they are. */
export const writeYaml = (object: unknown): string => stringify(object, { lineWidth: 0 })
