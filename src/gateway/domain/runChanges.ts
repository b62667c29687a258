import { defined } from '../../base/defined.ts'
import type { TriggerRequest } from '../../contract/executions.ts'
import { invalidField } from '../../contract/errors.ts'
import type { CronJobSpec, RunChanges } from './cronJob.ts'
import { environmentTexts, refuseZeroBytes } from './zeroBytes.ts'

/**
 * What a run by hand has to be different: what the trigger asks, or, where it asks nothing, what the run had that is wanted
 * again. @throws HksError naming a field that no run of this CronJob can have
 */
export function runChangesOf(
  { target }: CronJobSpec,
  request: TriggerRequest,
  repeated: RunChanges | undefined,
): RunChanges {
  const asked = defined({ args: request.args, image: request.image, environment: request.environment })
  const [askedField] = Object.keys(asked)
  const { environment, ...others } = askedField === undefined ? (repeated ?? {}) : asked
  // To name no variables is no change, though it says that those of the other run are not wanted.
  const isBare = Object.keys(environment ?? {}).length === 0
  const changes: RunChanges = isBare ? others : { ...others, ...defined({ environment }) }
  const [field] = Object.keys(changes)
  if (target.kind === 'function' && askedField !== undefined) {
    throw invalidField(
      askedField,
      undefined,
      'is nothing that a call of a function has, and this CronJob calls one.',
      'Invoke the function itself to send it something else once.',
    )
  }
  if (target.kind === 'function' && field !== undefined) {
    throw invalidField(
      'retryOf',
      request.retryOf,
      `that run had ${field} of its own, and the CronJob calls a function by now.`,
      'Start a run without retryOf.',
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
