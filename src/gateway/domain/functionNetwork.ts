import { AllowedHostError, allowedHostExample, readAllowedHost } from '../../base/allowedHost.ts'
import { invalidField } from '../../contract/errors.ts'
import type { FunctionDeploy, FunctionNetwork } from '../../contract/functions.ts'
import type { FunctionSpec } from './function.ts'

/** The network that a deployment asks for, with its hosts. @throws HksError INVALID_REQUEST */
export function networkOf(
  { network: asked, allowedHosts: hosts }: Pick<FunctionDeploy, 'network' | 'allowedHosts'>,
  fallback: FunctionNetwork,
): Pick<FunctionSpec, 'network' | 'allowedHosts'> {
  const network = asked ?? fallback
  if (network !== 'allowlist') {
    if (hosts === undefined) return { network }
    throw invalidField(
      'allowedHosts',
      hosts,
      `has no effect with the network "${network}".`,
      'Set network: allowlist, or leave allowedHosts out.',
    )
  }
  if (hosts === undefined) {
    throw invalidField(
      'allowedHosts',
      hosts,
      'is missing: with the network "allowlist" it names the hosts that may be reached.',
      `Name them: ${allowedHostExample}.`,
    )
  }
  hosts.forEach(refuseUnreadable)
  return { network, allowedHosts: hosts }
}

function refuseUnreadable(host: string, index: number): void {
  try {
    readAllowedHost(host)
  } catch (error) {
    if (error instanceof AllowedHostError) {
      throw invalidField(`allowedHosts.${index}`, host, error.message, `Name hosts: ${allowedHostExample}.`)
    }
    throw error
  }
}
