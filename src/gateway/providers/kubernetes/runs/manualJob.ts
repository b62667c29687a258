import type { RunChanges, TriggerOptions } from '../../../domain/cronJob.ts'
import { refusePlatformNames, withVariables } from '../cronJobs/environment.ts'
import { annotations } from '../labels.ts'
import type { KubeCronJob } from '../objects/batchV1.ts'
import type { Container } from '../objects/coreV1.ts'
import { parseReference } from '../images/reference.ts'
import { mainContainerIndex } from '../cronJobs/mainContainer.ts'
import { changesAnnotations } from './keptChanges.ts'

/** How a run by hand is made. */
export interface ManualRun extends TriggerOptions {
  /** Five letters or digits that make the name unique. */
  readonly suffix: string
}

/** Names of Jobs have at most 63 characters: the label of their pods is one (batch/v1 validation). */
const longestJobName = 63

/** `NAME-manual-SUFFIX`, the name cut where it is too long. */
export function manualJobName(cronJobName: string, suffix: string): string {
  const end = `-manual-${suffix}`
  return cronJobName.slice(0, longestJobName - end.length).replace(/[-.]+$/, '') + end
}

/**
 * The Job that `kubectl create job --from=cronjob/NAME` makes, with the changes of this run.
 * @throws HksError for an image that can be none, for a variable that the platform sets itself, or for more changes than the Job can keep
 */
export function manualJob({ metadata, spec }: KubeCronJob, { suffix, retryOf, ...changes }: ManualRun): object {
  const { jobTemplate } = spec
  if (changes.image !== undefined) parseReference(changes.image, 'image')
  const { template } = jobTemplate.spec
  const main = mainContainerIndex(template)
  const trigger = retryOf === undefined ? 'manual' : 'retry'
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: manualJobName(metadata.name, suffix),
      labels: jobTemplate.metadata?.labels ?? {},
      annotations: {
        ...jobTemplate.metadata?.annotations,
        [annotations.instantiate]: 'manual',
        ...(retryOf === undefined ? {} : { [annotations.retryOf]: retryOf }),
        ...changesAnnotations(changes),
      },
      // As the controller does it, so that the Job counts for the history limits and goes with its CronJob.
      ownerReferences: [
        {
          apiVersion: 'batch/v1',
          kind: 'CronJob',
          name: metadata.name,
          uid: metadata.uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: {
      ...jobTemplate.spec,
      template: {
        ...template,
        spec: {
          ...template.spec,
          containers: template.spec.containers.map((container, index) =>
            index === main ? changedContainer(container, changes, trigger) : container,
          ),
        },
      },
    },
  }
}

function changedContainer(
  container: Container,
  { args, image, environment = {} }: RunChanges,
  trigger: string,
): Container {
  const env = (container.env ?? []).map(variable =>
    // Only what we created tells its process how it was started.
    variable.name === 'HKS_TRIGGER' ? { name: 'HKS_TRIGGER', value: trigger } : variable,
  )
  refusePlatformNames(Object.keys(environment))
  const changed = withVariables(
    env,
    Object.entries(environment).map(([name, value]) => ({ name, value })),
  )
  return {
    ...container,
    ...(args === undefined ? {} : { args }),
    ...(image === undefined ? {} : { image }),
    ...(changed.length === 0 ? {} : { env: changed }),
  }
}
