import type { ChangePublisher } from '../../domain/changes.ts'
import type { Applications, CronJobs, Executions, Functions, Secrets } from '../../domain/ports.ts'
import type { NamespaceScope } from './namespaceScope.ts'
import type { CollectionState } from './watch/watchedCollection.ts'

/** The roles that a namespace can have. */
export type NamespaceRole = 'cronJobs' | 'applications' | 'executions' | 'functions' | 'secrets'

/** One kind of thing in one namespace, such as its CronJobs with their runs: roles of the provider, for this namespace alone. */
export interface NamespaceWork {
  readonly cronJobs?: CronJobs
  readonly applications?: Applications
  readonly executions?: Executions
  readonly functions?: Functions
  readonly secrets?: Secrets
  /** How well what a role needs is followed; as {@link state} where one thing alone is. */
  stateOf?(role: NamespaceRole): CollectionState
  /** How well it follows the cluster: synced when all that it follows is, the first error of any. */
  state(): CollectionState
  /** Why there can be no functions; nothing where there can, or nobody knows. */
  noFunctions?(): string | undefined
  /** Looks at once again for what the cluster did not have, or did not show, when it was looked for. */
  lookAgain?(): void
  /** Told when {@link state} changes, or what {@link noFunctions} answers. */
  onState(listener: () => void): Disposable
  /** Ends all that was started, but nothing in the cluster. */
  stop(graceSeconds: number): Promise<void>
}

/** Begins to follow one kind of thing in a namespace. */
export type OpenNamespaceWork = (scope: NamespaceScope, changes: ChangePublisher) => NamespaceWork

const roles: readonly NamespaceRole[] = ['cronJobs', 'applications', 'executions', 'functions', 'secrets']

function worst(works: readonly NamespaceWork[]): CollectionState {
  const states = works.map(work => work.state())
  const error = states.map(state => state.error).find(each => each !== undefined)
  return { synced: states.every(state => state.synced), ...(error ? { error } : {}) }
}

/** Several kinds of things in one namespace, each role by the one that has it. */
export function combineWork(works: readonly NamespaceWork[]): NamespaceWork {
  const stack = new DisposableStack()
  const role = <K extends NamespaceRole>(name: K): Pick<NamespaceWork, K> =>
    Object.fromEntries(works.flatMap(work => (work[name] ? [[name, work[name]]] : []))) as Pick<NamespaceWork, K>
  return {
    ...role('cronJobs'),
    ...role('applications'),
    ...role('executions'),
    ...role('functions'),
    ...role('secrets'),
    state: () => worst(works),
    // What has no role, such as whether the namespace is there, concerns all.
    stateOf: name => worst(works.filter(work => work[name] !== undefined || !roles.some(each => work[each]))),
    noFunctions: () => works.map(work => work.noFunctions?.()).find(each => each !== undefined),
    lookAgain: () => works.forEach(work => work.lookAgain?.()),
    onState: listener => {
      const listening = new DisposableStack()
      for (const work of works) listening.use(work.onState(listener))
      return stack.use(listening)
    },
    stop: async graceSeconds => {
      stack.dispose()
      await Promise.all(works.map(work => work.stop(graceSeconds)))
    },
  }
}
