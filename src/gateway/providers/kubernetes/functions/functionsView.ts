import { HksError } from '../../../../contract/errors.ts'
import type { ChangePublisher } from '../../../domain/changes.ts'
import type { Clock } from '../../../domain/clock.ts'
import type { FunctionRecord } from '../../../domain/function.ts'
import type { KubeObject } from '../client/kubeObject.ts'
import type { NamespaceScope } from '../namespaceScope.ts'
import type { CollectionState, WatchedCollection } from '../watch/watchedCollection.ts'
import { functionIdOf, functionSelector, labels } from './objects/functionNames.ts'
import { type FunctionSight, toFunctionRecord } from './functionRecord.ts'
import type { KubePod } from '../objects/coreV1.ts'
import { lookUntil } from './lookUntil.ts'
import { type PendingRevisions, withPending } from './pendingRevisions.ts'
import { type KnativeRevision, type KnativeService, servingApi } from './objects/knativeObjects.ts'

/** Begins to follow the objects at a path; ends with the scope. */
export type FollowObjects = <T extends KubeObject>(path: string, labelSelector: string) => WatchedCollection<T>

/** The functions of a namespace as its API server tells of them. */
export interface FunctionsView extends Disposable {
  /** @throws HksError KNATIVE_MISSING, or why the namespace can not be read */
  ready(): Promise<void>
  /** The function that a Service, a Revision or a pod belongs to. */
  functionIdOf(object: KubeObject): string | undefined
  /** What the cluster knows of a function, whatever became of it. */
  sight(functionId: string): FunctionSight | undefined
  record(functionId: string): FunctionRecord | undefined
  records(): readonly FunctionRecord[]
  revisions(): readonly KnativeRevision[]
  readonly pods: WatchedCollection<KubePod>
  readonly services: WatchedCollection<KnativeService>
  /** Told of each change of a function's objects. */
  subscribe(listener: (functionId: string) => void): Disposable
  /** Looks at once and after each change until there is a result. @throws `signal.reason` */
  until<T>(
    functionId: string,
    look: (sight: FunctionSight | undefined) => T | undefined,
    signal: AbortSignal,
  ): Promise<T>
  state(): CollectionState
  /** Why there can be none: Knative is not installed. Nothing where it is, or nobody knows. */
  noFunctions(): string | undefined
  /** Knative may be there now. */
  lookAgain(): void
  onState(listener: () => void): Disposable
}

/** What {@link createFunctionsView} needs. */
export interface FunctionsViewOptions {
  readonly scope: NamespaceScope
  readonly follow: FollowObjects
  readonly changes: ChangePublisher
  readonly clock: Clock
  readonly pending: PendingRevisions
  /** A function is there no more. */
  readonly onGone: (functionId: string) => void
}

/** Several objects of a function change at once: what it comes to is told after so many milliseconds. */
const settleMs = 20

/** Follows Services, Revisions and pods. */
export function createFunctionsView(options: FunctionsViewOptions): FunctionsView {
  const { scope, follow, changes, clock, pending, onGone } = options
  const inNamespace = (api: string, plural: string) => `${api}/namespaces/${encodeURIComponent(scope.name)}/${plural}`
  const services = follow<KnativeService>(inNamespace(servingApi, 'services'), functionSelector)
  const revisions = follow<KnativeRevision>(inNamespace(servingApi, 'revisions'), functionSelector)
  const pods = follow<KubePod>(inNamespace('/api/v1', 'pods'), functionSelector)
  const collections = [services, revisions, pods] as const
  const listeners = new Set<(functionId: string) => void>()
  const told = new Map<string, string>()
  const dirty = new Set<string>()
  let timer: Disposable | undefined

  const idOfService = (service: KnativeService) => functionIdOf(service, scope.projectId)
  const idOf = (object: KubeObject): string | undefined => {
    const name = object.metadata.labels?.[labels.service]
    if (name === undefined) return idOfService(object as KnativeService)
    // Of one whose Service is gone nothing but its label tells.
    const service = services.byName(name)
    return service ? idOfService(service) : object.metadata.labels?.[labels.appId]
  }
  const serviceOf = (functionId: string) => services.list().find(service => idOfService(service) === functionId)
  const sight = (functionId: string): FunctionSight | undefined => {
    const service = serviceOf(functionId)
    if (!service) return undefined
    const isOf = ({ metadata }: KubeObject) => metadata.labels?.[labels.service] === service.metadata.name
    return {
      projectId: scope.projectId,
      functionId,
      service,
      revisions: revisions.list().filter(isOf),
      pods: pods.list().filter(isOf),
    }
  }
  const record = (functionId: string) => {
    const seen = sight(functionId)
    return withPending(seen && toFunctionRecord(seen), pending.of(functionId), scope.projectId)
  }
  const publish = () => {
    timer = undefined
    const ids = [...dirty]
    dirty.clear()
    for (const id of ids) {
      const now = record(id)
      if (!now) {
        if (!told.delete(id)) continue
        changes.publish({ kind: 'deleted', what: 'function', id })
        onGone(id)
        continue
      }
      const text = JSON.stringify(now)
      if (told.get(id) === text) continue
      told.set(id, text)
      changes.publish({ kind: 'function', function: now })
    }
  }
  const touch = (functionId: string) => {
    dirty.add(functionId)
    timer ??= clock.callAfter(settleMs, publish)
    for (const listener of [...listeners]) listener(functionId)
  }
  const isSynced = () => services.state().synced && revisions.state().synced
  /** What was there at the beginning is no change for a collection, but it is one for who watches the connection. */
  const followed = collections.flatMap(collection => [
    collection.subscribe(({ object }) => {
      const id = idOf(object)
      if (id !== undefined) touch(id)
    }),
    collection.onState(({ synced }) => {
      if (!synced || !isSynced()) return
      for (const service of services.list()) {
        const id = idOfService(service)
        if (id !== undefined && !told.has(id)) touch(id)
      }
    }),
  ])
  const subscriptions = [...followed, pending.subscribe(touch)]
  const subscribe: FunctionsView['subscribe'] = listener => {
    listeners.add(listener)
    return { [Symbol.dispose]: () => void listeners.delete(listener) }
  }
  const records = () => {
    const ids = [...services.list().map(idOfService), ...pending.all().map(({ functionId }) => functionId)]
    return [...new Set(ids)].flatMap(id => (id === undefined ? undefined : record(id)) ?? [])
  }

  return {
    ready: async () => {
      try {
        await Promise.all(collections.map(collection => collection.ready()))
      } catch (error) {
        throw knativeError(error)
      }
    },
    functionIdOf: idOf,
    sight,
    record,
    records: () => records().toSorted((a, b) => (a.spec.name < b.spec.name ? -1 : 1)),
    revisions: revisions.list,
    pods,
    services,
    subscribe,
    until: (functionId, look, signal) => lookUntil(subscribe, functionId, () => look(sight(functionId)), signal),
    state: () => {
      const states = collections.map(collection => collection.state())
      const error = states.map(state => state.error).find(each => each !== undefined)
      // Without Knative, or the right to see it, there is nothing to follow. Who wants functions is told; CronJobs go on.
      if (error?.code === 'NOT_FOUND' || error?.code === 'FORBIDDEN') return { synced: true }
      return { synced: states.every(state => state.synced), ...(error ? { error } : {}) }
    },
    noFunctions: () => {
      const missing = [services, revisions].map(each => each.state().error).find(error => error?.code === 'NOT_FOUND')
      return missing && withoutKnative(missing).message
    },
    lookAgain: () => collections.forEach(collection => collection.retry()),
    onState: listener => {
      const registered = collections.map(collection => collection.onState(() => listener()))
      return { [Symbol.dispose]: () => registered.forEach(one => one[Symbol.dispose]()) }
    },
    [Symbol.dispose]: () => {
      timer?.[Symbol.dispose]()
      for (const one of [...subscriptions, ...collections]) one[Symbol.dispose]()
    },
  }
}

/** The API server knows no such resource: Knative Serving is not installed. */
export const knativeError = (error: unknown): unknown =>
  error instanceof HksError && error.code === 'NOT_FOUND' ? withoutKnative(error) : error

const withoutKnative = (cause: HksError): HksError =>
  new HksError('KNATIVE_MISSING', 'Functions need Knative Serving, which this cluster does not have.', {
    details: { missing: ['services.serving.knative.dev'] },
    hint: 'CronJobs work without it. hks-func cluster install installs it.',
    cause,
  })
