import { defined } from '../../../../base/defined.ts'
import { readKubeConfigFiles, type UserEntry } from './kubeConfigFiles.ts'

/** A context as it is offered for a connection; nothing of it is secret. */
export interface KubeContext {
  readonly name: string
  readonly isCurrent: boolean
  readonly cluster: string
  /** URL of the API server; absent when the kubeconfig lacks the cluster. */
  readonly server?: string
  readonly user?: string
  /** Where the context works unless told otherwise. */
  readonly namespace?: string
  /** How it proves who it is, such as `token`, `client certificate` or `exec aws`. */
  readonly authentication: string
}

/** The contexts of kubeconfig files, in the order of the files. @throws HksError CONNECTION_FAILED, reason `kubeconfig` */
export async function listContexts(files: readonly string[]): Promise<readonly KubeContext[]> {
  const config = await readKubeConfigFiles(files)
  return [...config.contexts].map(([name, { cluster, user, namespace }]) => ({
    name,
    isCurrent: name === config.currentContext,
    cluster,
    ...defined({ server: config.clusters.get(cluster)?.server, user, namespace }),
    authentication: authenticationOf(config.users.get(user ?? '')),
  }))
}

// The order is that in which kubectl uses them.
function authenticationOf(user: UserEntry | undefined): string {
  if (!user) return 'none'
  if (user.exec) return `exec ${user.exec.command}`
  if (user.tokenFile) return 'token file'
  if (user.token) return 'token'
  if (user['auth-provider']) return user['auth-provider'].name
  if (user.username) return 'password'
  return user['client-certificate'] || user['client-certificate-data'] ? 'client certificate' : 'none'
}
