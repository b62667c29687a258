import type {
  ConnectionCreate,
  ConnectionReport,
  ConnectionUpdate,
  KnativePart,
  KubeContext,
} from '../../contract/connections.ts'
import type { KnativeInstall, KnativeRemoval } from '../../contract/knative.ts'
import { localConnection } from '../../contract/localConnection.ts'
import { HksError, invalidField, notFound } from '../../contract/errors.ts'
import { authorize, type Caller } from './caller.ts'
import type { Clock } from './clock.ts'
import type { ConnectionHealth, ConnectionRecord, ConnectionStore, ConnectionView } from './connection.ts'
import type { Perform } from './operation.ts'
import type { Cluster, KnativeTeller, Provider } from './ports.ts'
import type { OwnedProviderSet } from './providerSet.ts'
import { refuseChanges } from './readOnlyProvider.ts'

/** A namespace of a cluster, and the project that it is open as. */
export interface NamespaceView {
  readonly name: string
  readonly projectId?: string
}

/** Operations on connections. */
export interface ConnectionService {
  /** `local` first. */
  list(caller: Caller): readonly ConnectionView[]
  get(caller: Caller, id: string): ConnectionView
  /** Its kubeconfig must be readable; whether the cluster answers is shown by its state. */
  create(caller: Caller, input: ConnectionCreate): Promise<ConnectionView>
  update(caller: Caller, id: string, input: ConnectionUpdate): Promise<ConnectionView>
  /** Ends what goes on over it and forgets its projects; the cluster keeps everything. */
  remove(caller: Caller, id: string): Promise<void>
  test(caller: Caller, id: string): Promise<ConnectionReport>
  knative(caller: Caller, id: string): Promise<readonly KnativePart[]>
  /** Each step is told; the promise settles after the last one. */
  installKnative(
    caller: Caller,
    id: string,
    input: KnativeInstall,
    tell: KnativeTeller,
    signal: AbortSignal,
  ): Promise<void>
  planKnativeRemoval(caller: Caller, id: string, signal: AbortSignal): Promise<KnativeRemoval>
  uninstallKnative(caller: Caller, id: string, tell: KnativeTeller, signal: AbortSignal): Promise<void>
  namespaces(caller: Caller, id: string): Promise<readonly NamespaceView[]>
  contexts(caller: Caller, kubeconfig?: readonly string[]): Promise<readonly KubeContext[]>
  /** All of them, whoever asks. */
  all(): readonly ConnectionView[]
  /** Connects to what is kept; the clusters need not answer. */
  start(): Promise<void>
}

/** What {@link createConnectionService} needs. */
export interface ConnectionServiceOptions {
  readonly store: ConnectionStore
  readonly providers: OwnedProviderSet
  /** Makes the provider of a connection, whose record may change later; `onHealth` is told when its health changes. */
  readonly connect: (record: () => ConnectionRecord, onHealth: (health: ConnectionHealth) => void) => Provider
  /** What the files, or those of the user, hold. @throws HksError CONNECTION_FAILED */
  readonly contexts: (kubeconfig?: readonly string[]) => Promise<readonly KubeContext[]>
  readonly clock: Clock
  readonly newId: () => string
  readonly perform: Perform
}

/** This machine as a connection: it can not be changed. */
const local: ConnectionView = {
  connection: { id: localConnection, name: localConnection, kind: 'local', readOnly: false },
  health: { state: 'ready' },
}

/** Makes the service. */
export function createConnectionService(options: ConnectionServiceOptions): ConnectionService {
  const { store, providers, clock, perform } = options
  const records = new Map<string, ConnectionRecord>()

  const recordOf = (id: string): ConnectionRecord => {
    const record = records.get(id)
    if (record) return record
    if (id !== localConnection) throw notFound('connection', id)
    throw new HksError('INVALID_REQUEST', 'The connection "local" is this machine; it can not be changed.')
  }
  const clusterOf = (id: string): Cluster => {
    const cluster = providers.get(id)?.cluster
    if (cluster) return cluster
    recordOf(id)
    throw notFound('connection', id)
  }
  const view = (connection: ConnectionRecord): ConnectionView => ({
    connection,
    health: providers.get(connection.id)?.cluster?.health() ?? { state: 'connecting' },
  })
  const all = () => [local, ...[...records.values()].sort((a, b) => (a.name < b.name ? -1 : 1)).map(view)]
  const publish = (connection: ConnectionRecord): ConnectionView => {
    const shown = view(connection)
    providers.publish({ kind: 'connection', connection: shown })
    return shown
  }
  const connect = async (record: ConnectionRecord): Promise<Provider> => {
    const { id } = record
    records.set(id, record)
    const current = () => records.get(id) ?? record
    const provider = options.connect(current, () => {
      if (records.has(id)) publish(current())
    })
    const guarded = refuseChanges(provider, () => (current().readOnly ? current().name : undefined))
    providers.add(guarded)
    await guarded.start()
    return guarded
  }
  const disconnect = async (id: string): Promise<void> => {
    const provider = providers.get(id)
    records.delete(id)
    if (!provider) return
    const [projects, cronJobs, functions] = await Promise.all([
      provider.projects.list(),
      provider.cronJobs.list(),
      provider.functions?.list() ?? [],
    ])
    providers.remove(id)
    await provider.stop(0)
    for (const [what, objects] of [
      ['cronJob', cronJobs],
      ['function', functions],
      ['project', projects],
    ] as const) {
      for (const object of objects) providers.publish({ kind: 'deleted', what, id: object.id })
    }
    providers.publish({ kind: 'deleted', what: 'connection', id })
  }
  const forget = async (id: string): Promise<void> => {
    await disconnect(id)
    await store.remove(id)
  }

  return {
    list: caller => {
      authorize(caller, 'read')
      return all()
    },
    all,
    get: (caller, id) => {
      authorize(caller, 'read')
      return id === localConnection ? local : view(recordOf(id))
    },
    create: (caller, input) =>
      perform(caller, { scope: 'admin', action: 'connection.create', resource: input.context }, async () => {
        const { namespaces, kind, context, kubeconfig, name = context, readOnly = false, ...settings } = input
        const contexts = await options.contexts(kubeconfig)
        const known = contexts.find(each => each.name === context)
        if (!known) {
          const names = contexts.map(each => each.name).join(', ') || 'none'
          throw invalidField('context', context, `the kubeconfig has no context "${context}"; it has: ${names}.`)
        }
        refuseLocalName(name)
        const record: ConnectionRecord = {
          ...{ id: options.newId(), kind, context, name, readOnly },
          ...(kubeconfig ? { kubeconfig } : {}),
          ...settings,
          createdAt: clock.now(),
        }
        await store.insert(record)
        const provider = await connect(record)
        try {
          for (const namespace of namespaces ?? [known.namespace ?? 'default']) await provider.cluster?.open(namespace)
        } catch (error) {
          await forget(record.id)
          throw error
        }
        return publish(record)
      }),
    update: (caller, id, input) =>
      perform(caller, { scope: 'admin', action: 'connection.update', resource: id }, async () => {
        refuseLocalName(input.name)
        const changed = Object.fromEntries(
          Object.entries({ ...recordOf(id), ...input }).filter(([, value]) => value !== null),
        ) as unknown as ConnectionRecord
        await store.update(changed)
        records.set(id, changed)
        return publish(changed)
      }),
    remove: (caller, id) =>
      perform(caller, { scope: 'admin', action: 'connection.remove', resource: id }, async () => {
        recordOf(id)
        await forget(id)
      }),
    test: async (caller, id) => {
      authorize(caller, 'read')
      return clusterOf(id).test()
    },
    knative: async (caller, id) => {
      authorize(caller, 'read')
      return clusterOf(id).knative()
    },
    installKnative: (caller, id, input, tell, signal) =>
      perform(caller, { scope: 'admin', action: 'connection.installKnative', resource: id }, () =>
        clusterOf(id).installKnative(input, tell, signal),
      ),
    planKnativeRemoval: async (caller, id, signal) => {
      authorize(caller, 'admin')
      return clusterOf(id).planKnativeRemoval(signal)
    },
    uninstallKnative: (caller, id, tell, signal) =>
      perform(caller, { scope: 'admin', action: 'connection.uninstallKnative', resource: id }, () =>
        clusterOf(id).uninstallKnative(tell, signal),
      ),
    namespaces: async (caller, id) => {
      authorize(caller, 'read')
      const names = await clusterOf(id).namespaces()
      const open = new Map((await providers.get(id)?.projects.list())?.map(project => [project.name, project.id]))
      return names.map(name => ({ name, ...(open.has(name) ? { projectId: open.get(name)! } : {}) }))
    },
    contexts: (caller, kubeconfig) => {
      authorize(caller, 'admin')
      return options.contexts(kubeconfig)
    },
    start: async () => {
      for (const record of await store.list()) await connect(record)
    },
  }
}

function refuseLocalName(name: string | undefined): void {
  if (name === localConnection) throw invalidField('name', name, '"local" is the name of this machine.')
}
