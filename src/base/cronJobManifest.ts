/** What of a CronJob a manifest says. */
export interface ManifestFields {
  readonly name: string
  readonly schedule: string
  readonly timeZone?: string
  readonly concurrencyPolicy?: string
  readonly suspend?: boolean
  readonly startingDeadlineSeconds?: number
  readonly successfulJobsHistoryLimit?: number
  readonly failedJobsHistoryLimit?: number
  readonly backoffLimit?: number
  readonly activeDeadlineSeconds?: number
  readonly terminationGracePeriodSeconds?: number
  readonly image?: string
  readonly command?: readonly string[]
  readonly args?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  /** `from` is `SECRET/KEY`. */
  readonly secrets?: readonly { readonly name: string; readonly from: string }[]
}

/** The `batch/v1` manifest of a CronJob with one container, as plain data; what is not given or empty is left out. */
export const cronJobManifest = (job: ManifestFields): Record<string, unknown> =>
  withoutAbsent({
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
                  image: job.image,
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

/** The `env` of a container: plain variables, then those of secrets. */
export function environmentOf(job: Pick<ManifestFields, 'environment' | 'secrets'>): unknown[] {
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
