import type { ClusterEntry, ContextEntry, KubeConfigFiles, UserEntry } from './kubeConfigFiles.ts'
import { kubeConfigFault } from './kubeConfigFiles.ts'

/** A context with what it names. */
export interface ResolvedContext {
  readonly name: string
  readonly context: ContextEntry
  readonly cluster: ClusterEntry
  readonly clusterName: string
  readonly user: UserEntry
  readonly userName: string
}

/** Finds a context, the current one by default. @throws HksError CONNECTION_FAILED, reason `kubeconfig` */
export function resolveContext(config: KubeConfigFiles, wanted?: string): ResolvedContext {
  const name = wanted ?? config.currentContext
  if (name === undefined) throw kubeConfigFault('The kubeconfig has no current context.', choose(config))
  const context = config.contexts.get(name)
  if (!context) throw kubeConfigFault(`The kubeconfig has no context "${name}".`, choose(config))
  const cluster = config.clusters.get(context.cluster)
  if (!cluster)
    throw kubeConfigFault(`The context "${name}" names the cluster "${context.cluster}", which the kubeconfig lacks.`)
  if (typeof cluster.server !== 'string' || !/^https?:\/\/./.test(cluster.server) || !URL.canParse(cluster.server))
    throw kubeConfigFault(`The cluster "${context.cluster}" of the kubeconfig has no server that is a URL.`)
  const userName = context.user ?? ''
  const user = userName === '' ? {} : config.users.get(userName)
  if (!user) throw kubeConfigFault(`The context "${name}" names the user "${userName}", which the kubeconfig lacks.`)
  return { name, context, cluster, clusterName: context.cluster, user, userName }
}

const choose = ({ contexts }: KubeConfigFiles): string | undefined =>
  contexts.size === 0 ? undefined : `It has: ${[...contexts.keys()].join(', ')}.`
