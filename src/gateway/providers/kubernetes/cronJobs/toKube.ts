import { defined } from '../../../../base/defined.ts'
import { HksError } from '../../../../contract/errors.ts'
import type { CronJobSpec } from '../../../domain/cronJob.ts'
import { annotations, labels, managedBy } from '../labels.ts'
import { envOf, platformEnv } from './environment.ts'

/** Ids that a new object gets. */
export interface NewIds {
  /** Of the application: its label. */
  readonly id: string
  readonly projectId: string
}

/**
 * The manifest of a new CronJob (batch/v1). Its pods never restart a container: each attempt is a pod of its own.
 * @throws HksError INVALID_REQUEST for what a cluster cannot run, with the field
 */
export function toKube(spec: CronJobSpec, { id, projectId }: NewIds): object {
  const { target, image } = spec
  if (target.kind === 'function') throw noFunctions()
  if (image === undefined || image === '') throw noImage()
  const ours = { [labels.managedBy]: managedBy, [labels.appId]: id, [labels.appType]: 'cronjob' }
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: spec.name, labels: ours, annotations: { [annotations.projectId]: projectId } },
    spec: defined({
      schedule: spec.schedule,
      timeZone: spec.timeZone,
      concurrencyPolicy: spec.concurrencyPolicy,
      suspend: spec.suspend,
      startingDeadlineSeconds: spec.startingDeadlineSeconds,
      successfulJobsHistoryLimit: spec.successfulJobsHistoryLimit,
      failedJobsHistoryLimit: spec.failedJobsHistoryLimit,
      jobTemplate: {
        metadata: { labels: ours },
        spec: defined({
          backoffLimit: spec.backoffLimit,
          activeDeadlineSeconds: spec.activeDeadlineSeconds,
          template: {
            metadata: { labels: ours },
            spec: {
              restartPolicy: 'Never',
              terminationGracePeriodSeconds: spec.terminationGracePeriodSeconds,
              containers: [
                defined({
                  name: spec.name,
                  image,
                  command: listOf(target.command),
                  args: listOf(target.args),
                  env: [...envOf(spec), ...platformEnv(id, spec.name)],
                }),
              ],
            },
          },
        }),
      },
    }),
  }
}

const listOf = (texts: readonly string[]): readonly string[] | undefined => (texts.length === 0 ? undefined : texts)

/** A cluster runs images, and this CronJob names none. */
export const noImage = (): HksError =>
  new HksError('INVALID_REQUEST', 'image: is missing; a cluster runs the command in a container of an image.', {
    details: { field: 'image' },
    hint: 'Give an image such as busybox:1.36.',
  })

/** A schedule of a cluster that calls a function is not there yet. */
export const noFunctions = (): HksError =>
  new HksError('INVALID_REQUEST', 'functionId: a CronJob of a cluster runs a command; it cannot call a function.', {
    details: { field: 'functionId' },
    hint: "Give a command that calls the function's URL, and an image that has a tool for it, such as curl.",
  })
