import { stringify } from 'yaml'
import type { CronJob, CronJobCreate } from '../contract/cronJobs.ts'

/** The image written where a CronJob has none: a manifest needs one, and `local` ignores it. */
export const defaultImage = 'busybox:stable'

/** The `batch/v1` manifest of a CronJob, as YAML. A CronJob that calls a function has none: it answers nothing. */
export function writeManifest(job: CronJob | CronJobCreate): string | undefined {
  if (job.functionId !== undefined) return undefined
  return stringify(manifestOf(job), { lineWidth: 0 })
}

function manifestOf(job: CronJob | CronJobCreate): unknown {
  return withoutAbsent({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: job.name },
    spec: withoutAbsent({
      schedule: job.schedule,
      timeZone: job.timeZone,
      concurrencyPolicy: job.concurrencyPolicy,
      suspend: job.suspend === true ? true : undefined,
      startingDeadlineSeconds: job.startingDeadlineSeconds,
      successfulJobsHistoryLimit: job.successfulJobsHistoryLimit,
      failedJobsHistoryLimit: job.failedJobsHistoryLimit,
      jobTemplate: {
        spec: withoutAbsent({
          backoffLimit: job.backoffLimit,
          activeDeadlineSeconds: job.activeDeadlineSeconds,
          template: {
            spec: withoutAbsent({
              restartPolicy: 'Never',
              terminationGracePeriodSeconds: job.terminationGracePeriodSeconds,
              containers: [
                withoutAbsent({
                  name: job.name,
                  image: job.image ?? defaultImage,
                  command: notEmpty(job.command),
                  args: notEmpty(job.args),
                  env: notEmpty(environmentOf(job)),
                }),
              ],
            }),
          },
        }),
      },
    }),
  })
}

/** The `env` of a container: plain variables, then those of secrets. */
export function environmentOf(job: CronJob | CronJobCreate): unknown[] {
  const plain = Object.entries(job.environment ?? {}).map(([name, value]) => ({ name, value }))
  const secret = (job.secrets ?? []).map(({ name, from }) => {
    const slash = from.indexOf('/')
    return { name, valueFrom: { secretKeyRef: { name: from.slice(0, slash), key: from.slice(slash + 1) } } }
  })
  return [...plain, ...secret]
}

const notEmpty = <T>(list: readonly T[] | undefined): readonly T[] | undefined =>
  list === undefined || list.length === 0 ? undefined : list

const withoutAbsent = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
