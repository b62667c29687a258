import { defined } from '../../base/defined.ts'
import type { TriggerRequest } from '../../contract/cronJobs.ts'
import { invalidField } from '../../contract/errors.ts'
import type { CronJobSpec, RunChanges } from './cronJob.ts'
import { environmentTexts, refuseZeroBytes } from './zeroBytes.ts'

/** What a trigger asks to be different. @throws HksError naming a field that no run of this CronJob can have */
export function runChangesOf({ target }: CronJobSpec, request: TriggerRequest): RunChanges {
  const changes = defined({ args: request.args, image: request.image, environment: request.environment })
  const [field] = Object.keys(changes)
  if (field !== undefined && target.kind === 'function') {
    throw invalidField(
      field,
      undefined,
      'is nothing that a call of a function has, and this CronJob calls one.',
      'Invoke the function itself to send it something else once.',
    )
  }
  refuseZeroBytes([
    ...(changes.args ?? []).map((text, i) => [`args.${i}`, text] as const),
    ...environmentTexts(changes.environment),
  ])
  return changes
}

/** The spec of one run: the CronJob's own with the changes made to it. A variable hides a secret of its name. */
export function changedForRun(spec: CronJobSpec, { args, image, environment = {} }: RunChanges): CronJobSpec {
  const { target } = spec
  return {
    ...spec,
    target: target.kind === 'command' && args !== undefined ? { ...target, args } : target,
    environment: { ...spec.environment, ...environment },
    secrets: spec.secrets.filter(({ name }) => !Object.hasOwn(environment, name)),
    ...(image === undefined ? {} : { image }),
  }
}
