import type { HksError } from '../../../../contract/errors.ts'
import type { KubeObject } from '../client/kubeObject.ts'

/** What happened to an object of a collection. */
export interface CollectionEvent<T extends KubeObject> {
  readonly type: 'put' | 'delete'
  readonly object: T
  /** What was known of it before; absent for a new one. */
  readonly previous?: T
}

/** Whether what the cache holds is what the cluster has. */
export interface CollectionState {
  /** It was listed at least once. */
  readonly synced: boolean
  /** Why it does not follow the cluster at this moment. */
  readonly error?: HksError
}

/**
 * The objects of one kind in one namespace, followed by list and watch and kept by UID. Dispose to stop.
 * While the API server is away it holds what it knew; what changed meanwhile is told when it is back.
 */
export interface WatchedCollection<T extends KubeObject> extends Disposable {
  /** In no order; the same array as long as nothing changed. */
  list(): readonly T[]
  get(uid: string): T | undefined
  byName(name: string): T | undefined
  state(): CollectionState
  /** Resolves when it was listed once; rejects with the error of the first attempt that fails after the call. */
  ready(): Promise<void>
  /** Each change after the first listing, in order. A listener must not throw. Dispose to stop. */
  subscribe(listener: (event: CollectionEvent<T>) => void): Disposable
  /** Tries at once what failed and would be tried again later. */
  retry(): void
  /** Told when {@link state} changes. */
  onState(listener: (state: CollectionState) => void): Disposable
}
