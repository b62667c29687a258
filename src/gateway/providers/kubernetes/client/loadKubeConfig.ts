import type { Agent, RequestOptions } from 'node:https'
import type { KubeConfig } from '@kubernetes/client-node'
import { applyConfig, clientNodeConfig } from './clientNodeConfig.ts'
import { type ExecCredentials, type ExecRequest, execCredentials, slowPlugin } from './execCredentials.ts'
import { followContext, type KubeConfigOptions, type LoadedContext } from './followContext.ts'
import { type ClusterEntry, readNamedFile, type UserEntry } from './kubeConfigFiles.ts'
import { proxyOfCluster, shownProxy } from './proxyOf.ts'

/** How a request reaches the API server at this moment. */
export interface RequestAccess {
  /** Of the API server; may have a path, as behind Rancher. */
  readonly server: URL
  /** Keeps its sockets; has the TLS options, the client certificate and the proxy. */
  readonly agent: Agent
  /** TLS options that a WebSocket needs beside the agent, and the name that the certificate must have. */
  readonly servername?: string
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  /** Through which proxy, as messages name it. */
  readonly proxy?: string
}

/** The credentials of one context, kept fresh. Dispose to close its sockets. */
export interface KubeAccess extends Disposable {
  readonly context: string
  /** Origin of the API server, for messages. */
  readonly server: string
  /** Through which proxy it is reached, for messages. */
  readonly proxy: string | undefined
  /** Where the context works unless told otherwise. */
  readonly namespace: string
  /**
   * With credentials that have not expired, of the kubeconfig as it was a second ago or later. A credential plugin is waited for
   * until the signal aborts, and goes on for others. @throws HksError CONNECTION_FAILED, which names a plugin that was waited for
   */
  current(signal?: AbortSignal): Promise<RequestAccess>
  /**
   * After the server refused what {@link current} gave, or could not be reached: reads the files again if they have changed and,
   * where credentials were refused, gets new ones where there is a way; waits as {@link current} does. Whether another try has a
   * chance.
   */
  renew(tried: RequestAccess, fault: 'unauthenticated' | 'unreachable', signal?: AbortSignal): Promise<boolean>
  /** Reads the files again, changed or not, and credentials of files with them. @throws HksError CONNECTION_FAILED */
  reload(signal?: AbortSignal): Promise<void>
  /** Told when the kubeconfig leads to another server or user, can not be used any more, or can again. */
  onChange(listener: () => void): Disposable
  /** Closes the kept sockets that nothing uses. */
  closeIdle(): void
}

/** A token file is read again after that long, as client-go does; a login with a refresh token is looked at as often. */
const rereadMs = 60_000
/** Credentials are renewed that long before they expire, so that they hold until the request has arrived. */
const leewayMs = 10_000

/** Reads the kubeconfig and gets ready to connect; nothing is sent yet. @throws HksError CONNECTION_FAILED */
export async function loadKubeConfig(options: KubeConfigOptions): Promise<KubeAccess> {
  const { KubeConfig } = await import('./clientNode.ts')
  let access: { readonly value: RequestAccess; readonly until: number } | undefined
  let tls: { readonly key: string; readonly config: KubeConfig } | undefined
  let exec: ExecCredentials | undefined
  let pending: Promise<RequestAccess> | undefined
  /** The plugin that runs at this moment. */
  let running: { readonly request: ExecRequest; readonly since: number } | undefined
  const agents = new Set<Agent>()
  const listeners = new Set<() => void>()
  const context = await followContext(options, () => {
    exec = undefined
    access = undefined
    pending = undefined
    for (const listener of [...listeners]) listener()
  })

  const make = async (): Promise<RequestAccess> => {
    const { resolved, environment, key: from } = context.now()
    const { user, cluster } = resolved
    let credentials = exec
    if (user.exec && (!credentials || renewalOf(credentials) <= Date.now())) {
      const { userName } = resolved
      const request = { exec: user.exec, cluster: await withCaData(cluster), userName, environment }
      running = { request, since: performance.now() }
      credentials = await execCredentials(request).finally(() => (running = undefined))
    }
    const key = JSON.stringify([from, credentials?.certificate, credentials?.key])
    if (tls?.key !== key) tls = { key, config: clientNodeConfig(KubeConfig, resolved, environment, credentials) }
    const wanted: Omit<RequestOptions, 'headers'> & { headers: Record<string, string> } = { headers: {} }
    await applyConfig(tls.config, wanted, resolved)
    const agent = wanted.agent as Agent
    keepAlive(agent, agents)
    const token = credentials?.token ?? (await tokenOf(user))
    const headers: Record<string, string | readonly string[]> = {
      ...wanted.headers,
      ...impersonation(user),
      ...(token ? { Authorization: `Bearer ${token}` } : {}),
    }
    if (wanted.auth && !token) headers['Authorization'] = `Basic ${Buffer.from(wanted.auth).toString('base64')}`
    const proxy = proxyOfLoaded({ resolved, environment })
    const value: RequestAccess = {
      server: new URL(cluster.server),
      agent,
      headers,
      ...(wanted.servername ? { servername: wanted.servername } : {}),
      ...(proxy === undefined ? {} : { proxy }),
    }
    // Of a kubeconfig that has changed meanwhile nothing is kept.
    if (from !== context.now().key) return value
    exec = credentials
    const isReread = user.tokenFile !== undefined || user['auth-provider'] !== undefined
    const until = isReread ? Date.now() + rereadMs : credentials ? renewalOf(credentials) : Infinity
    access = { value, until }
    return value
  }
  const remake = (): Promise<RequestAccess> => {
    if (pending) return pending
    const mine = make().finally(() => {
      if (pending === mine) pending = undefined
    })
    return (pending = mine)
  }
  /** What is made is made for all: it goes on when one of them waits no longer. */
  const inTime = async <T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
    signal?.throwIfAborted()
    const enough = Promise.withResolvers<never>()
    const abort = () =>
      enough.reject(running ? slowPlugin(running.request, performance.now() - running.since) : signal?.reason)
    signal?.addEventListener('abort', abort, { once: true })
    try {
      return await Promise.race([work(), enough.promise])
    } finally {
      signal?.removeEventListener('abort', abort)
    }
  }
  const current = async (): Promise<RequestAccess> => {
    await context.look()
    return access && Date.now() < access.until ? access.value : remake()
  }
  const renew: KubeAccess['renew'] = async (tried, fault, signal) => {
    // Somebody else has renewed it meanwhile.
    if (pending || access?.value !== tried) return true
    await inTime(() => context.look('now'), signal)
    if (access?.value !== tried) return true
    const { user } = context.now().resolved
    if (fault !== 'unauthenticated' || !(user.exec ?? user.tokenFile)) return false
    exec = undefined
    access = undefined
    const { headers } = await inTime(remake, signal)
    return headers['Authorization'] !== tried.headers['Authorization'] || user.exec !== undefined
  }
  return {
    get context() {
      return context.now().resolved.name
    },
    get server() {
      return new URL(context.now().resolved.cluster.server).origin
    },
    get proxy() {
      return proxyOfLoaded(context.now())
    },
    get namespace() {
      return context.now().resolved.context.namespace || 'default'
    },
    current: signal => inTime(current, signal),
    renew,
    reload: async signal => {
      await inTime(() => context.look('anew'), signal)
      access = undefined
    },
    onChange: listener => {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
    closeIdle: () => agents.forEach(closeIdle),
    [Symbol.dispose]: () => agents.forEach(agent => agent.destroy()),
  }
}

const proxyOfLoaded = ({ resolved, environment }: Omit<LoadedContext, 'key'>): string | undefined => {
  const proxy = proxyOfCluster(resolved.cluster, environment)
  return proxy ? shownProxy(proxy) : undefined
}

/** When to ask the plugin again; what it gives is used for a few seconds even where a clock is wrong. */
const renewalOf = ({ obtainedAt, expiresAt = Infinity }: ExecCredentials): number =>
  Math.max(expiresAt - leewayMs, obtainedAt + leewayMs)

/** client-node makes agents that close each connection; TCP's own probes find a peer that is gone. */
function keepAlive(agent: Agent, agents: Set<Agent>): void {
  if (agents.has(agent)) return
  Object.assign(agent, { keepAlive: true, keepAliveMsecs: 15_000 })
  // Sockets of former credentials end when what they are used for does.
  for (const former of agents) {
    former.maxFreeSockets = 0
    closeIdle(former)
    if (Object.keys(former.sockets).length === 0) agents.delete(former)
  }
  agents.add(agent)
}

function closeIdle({ freeSockets }: Agent): void {
  for (const socket of Object.values(freeSockets).flat()) socket?.destroy()
}

async function tokenOf({ tokenFile, token }: UserEntry): Promise<string | undefined> {
  if (!tokenFile) return token
  return (await readNamedFile(tokenFile)).toString('utf8').trim()
}

function impersonation(user: UserEntry): Record<string, string | readonly string[]> {
  if (!user.as) return {}
  const extra = Object.entries(user['as-user-extra'] ?? {}).map(
    ([key, values]) => [`Impersonate-Extra-${encodeURIComponent(key)}`, values] as const,
  )
  return {
    'Impersonate-User': user.as,
    ...(user['as-uid'] ? { 'Impersonate-Uid': user['as-uid'] } : {}),
    ...(user['as-groups'] ? { 'Impersonate-Group': user['as-groups'] } : {}),
    ...Object.fromEntries(extra),
  }
}

async function withCaData(cluster: ClusterEntry): Promise<ClusterEntry> {
  const file = cluster['certificate-authority']
  if (cluster['certificate-authority-data'] || !file) return cluster
  return { ...cluster, 'certificate-authority-data': (await readNamedFile(file)).toString('base64') }
}
