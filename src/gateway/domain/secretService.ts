import { HksError } from '../../contract/errors.ts'
import { authorize, type Caller } from './caller.ts'
import type { Directory } from './directory.ts'
import type { Perform } from './operation.ts'
import type { Provider, Secrets } from './ports.ts'
import type { SecretKeys } from './project.ts'

/** Operations on secrets; values go in and never come out. */
export interface SecretService {
  /** By name. */
  list(caller: Caller, projectRef: string): Promise<readonly SecretKeys[]>
  /** Sets the given keys; others stay. */
  write(caller: Caller, projectRef: string, secret: string, data: Readonly<Record<string, string>>): Promise<SecretKeys>
  /** @throws HksError NOT_FOUND */
  remove(caller: Caller, projectRef: string, secret: string): Promise<void>
}

/** Makes the service. */
export function createSecretService(directory: Directory, perform: Perform): SecretService {
  const change = async <T>(
    caller: Caller,
    projectRef: string,
    action: string,
    secret: string,
    work: (secrets: Secrets, projectId: string) => Promise<T>,
  ): Promise<T> => {
    const { provider, project } = await directory.project(projectRef)
    const subject = { scope: 'secrets', action, resource: `${project.id}/${secret}`, projectId: project.id } as const
    return perform(caller, subject, () => work(secretsOf(provider), project.id))
  }
  return {
    list: async (caller, projectRef) => {
      const { provider, project } = await directory.project(projectRef)
      authorize(caller, 'read', project.id)
      return secretsOf(provider).list(project.id)
    },
    write: (caller, projectRef, secret, data) =>
      change(caller, projectRef, 'secret.write', secret, (secrets, id) => secrets.write(id, secret, data)),
    remove: (caller, projectRef, secret) =>
      change(caller, projectRef, 'secret.delete', secret, (secrets, id) => secrets.remove(id, secret)),
  }
}

function secretsOf(provider: Provider): Secrets {
  if (provider.secrets) return provider.secrets
  throw new HksError('UNSUPPORTED_PLATFORM', `The connection "${provider.connection}" keeps no secrets.`)
}
