import { HksError } from '../../contract/errors.ts'
import type { FunctionDeploy } from '../../contract/functions.ts'
import type { Caller } from './caller.ts'
import type { FunctionSpec } from './function.ts'
import { networkOf } from './functionNetwork.ts'

/** What is said of code that nobody has read. */
type Trust = Pick<FunctionSpec, 'profile' | 'network' | 'allowedHosts'>

/**
 * Whose code a deployment holds, and what it reaches. What an agent deploys is an agent's code without a network, whatever
 * it asks for: only a user gives it more.
 * @throws HksError INVALID_REQUEST; FORBIDDEN when an agent asks for more
 */
export function trustOf(
  { kind, subject }: Pick<Caller, 'kind' | 'subject'>,
  asked: Pick<FunctionDeploy, 'profile' | 'network' | 'allowedHosts'>,
): Trust {
  const profile = asked.profile ?? (kind === 'agent' ? 'agent' : 'function')
  const trust = { profile, ...networkOf(asked, profile === 'agent' ? 'none' : 'full') }
  if (kind !== 'agent') return trust
  if (profile !== 'agent') throw tooMuch(subject, 'profile', profile)
  if (trust.network !== 'none') throw tooMuch(subject, 'network', trust.network)
  return trust
}

/**
 * Code that is debugged has the network of this machine and the secrets that the request names, and nobody has deployed it.
 * @throws HksError FORBIDDEN for an agent
 */
export function refuseAgentDebugging({ kind, subject }: Pick<Caller, 'kind' | 'subject'>): void {
  if (kind !== 'agent') return
  throw new HksError(
    'FORBIDDEN',
    `${subject} is an agent and may not debug: such code has the network of this machine.`,
    {
      hint: 'Let a user debug it.',
    },
  )
}

const tooMuch = (subject: string, field: string, value: string): HksError =>
  new HksError('FORBIDDEN', `${field}: ${subject} is an agent and may not deploy code with ${field}: ${value}.`, {
    details: { field, value },
    hint: `Leave ${field} out, or let a user deploy it.`,
  })
