import { invalidField } from '../../../../../contract/errors.ts'
import type { FunctionSpec } from '../../../../domain/function.ts'
import { isReservedVariable } from '../objects/podRuntime.ts'

/** Refuses what this connection can not keep its word on. @throws HksError INVALID_REQUEST */
export function refuseSpec({ environment, secrets, network, resources, image }: FunctionSpec): void {
  for (const [name, value] of Object.entries(environment)) {
    if (isReservedVariable(name)) throw invalidField(`environment.${name}`, value, 'is reserved.')
  }
  secrets.forEach(({ name }, index) => {
    if (isReservedVariable(name)) throw invalidField(`secrets.${index}.name`, name, 'is reserved.')
  })
  if (network !== 'full') {
    throw invalidField(
      'network',
      network,
      `"${network}" can not be kept on Kubernetes: whether a NetworkPolicy is enforced is up to the cluster.`,
      'Set network: full, and restrict the namespace with a NetworkPolicy of your own.',
    )
  }
  if (resources.cpuSeconds !== undefined && image !== undefined) {
    throw invalidField(
      'resources.cpuSeconds',
      resources.cpuSeconds,
      'can not be kept for an image of your own: Kubernetes limits processor time by the second and not by the call.',
      'Leave it out; timeout ends a call that takes too long.',
    )
  }
}
