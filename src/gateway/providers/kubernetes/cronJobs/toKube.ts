import { defined } from '../../../../base/defined.ts'
import { HksError } from '../../../../contract/errors.ts'
import type { CronJobSpec } from '../../../domain/cronJob.ts'
import { callerCommand, callerEnv, type FunctionCaller } from './functionCaller.ts'
import { annotations, labels, managedBy } from '../labels.ts'
import type { CopiedPod } from './copiedPod.ts'
import { envOf, platformEnv, withVariables } from './environment.ts'
import { ownMark } from './ownMark.ts'

/** Ids that a new object gets. */
export interface NewIds {
  /** Of the application: its label. */
  readonly id: string
  readonly projectId: string
}

/**
 * The manifest of a new CronJob (batch/v1). Its pods never restart a container: each attempt is a pod of its own.
 * `caller` is there where it calls a function, `copied` where it is made of an application.
 * @throws HksError INVALID_REQUEST for what a cluster cannot run, with the field
 */
export function toKube(
  spec: CronJobSpec,
  { id, projectId }: NewIds,
  { caller, copied }: { readonly caller?: FunctionCaller; readonly copied?: CopiedPod } = {},
): object {
  const { target, templateAppId } = spec
  const work = workOf(spec, caller)
  const called = target.kind === 'function' ? { [annotations.functionId]: target.functionId } : {}
  const made = templateAppId === undefined ? {} : { [annotations.templateAppId]: templateAppId }
  const mark = ownMark(id, projectId, spec.name)
  const ours = { [labels.managedBy]: managedBy, ...mark.labels }
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: spec.name, labels: ours, annotations: { ...mark.annotations, ...called, ...made } },
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
              ...copied?.pod,
              restartPolicy: 'Never',
              terminationGracePeriodSeconds: spec.terminationGracePeriodSeconds,
              containers: [
                defined({
                  ...copied?.container,
                  name: spec.name,
                  ...work,
                  env: [...withVariables(copied?.env ?? [], envOf(spec)), ...platformEnv(id, spec.name), ...work.env],
                }),
              ],
            },
          },
        }),
      },
    }),
  }
}

/** What a container is and does for a target; `env` is all that it needs for that. @throws HksError naming the field */
export function workOf({ target, image }: CronJobSpec, caller: FunctionCaller | undefined) {
  if (target.kind === 'function') {
    if (!caller) throw new TypeError('a function needs a caller')
    return { image: caller.image, command: callerCommand, args: undefined, env: callerEnv(target, caller) }
  }
  if (image === undefined || image === '') throw noImage()
  return { image, command: listOf(target.command), args: listOf(target.args), env: [] }
}

const listOf = (texts: readonly string[]): readonly string[] | undefined => (texts.length === 0 ? undefined : texts)

/** A cluster runs images, and this CronJob names none. */
export const noImage = (): HksError =>
  new HksError('INVALID_REQUEST', 'image: is missing; a cluster runs the command in a container of an image.', {
    details: { field: 'image' },
    hint: 'Give an image such as busybox:1.36.',
  })
