import type { Container, PodTemplate } from '../objects/coreV1.ts'
import { annotations } from '../labels.ts'

/** Where in the list the container stands that a CronJob is about: kubectl's default one, else the first. */
export function mainContainerIndex(template: PodTemplate): number {
  const name = template.metadata?.annotations?.[annotations.defaultContainer]
  const found = template.spec.containers.findIndex(container => container.name === name)
  return Math.max(0, found)
}

/** The container whose image, command and environment a CronJob shows. */
export const mainContainer = (template: PodTemplate): Container | undefined =>
  template.spec.containers[mainContainerIndex(template)]
