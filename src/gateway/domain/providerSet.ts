import { type Change, type Changes, createChangePublisher } from './changes.ts'
import type { Provider } from './ports.ts'

/** The providers of all connections, as they are at this moment. */
export interface ProviderSet {
  /** In the order in which they were added. */
  all(): readonly Provider[]
  get(connectionId: string): Provider | undefined
  /** What changes in any of them, also in one that is added later. */
  readonly changes: Changes
}

/** The set as its owner sees it. */
export interface OwnedProviderSet extends ProviderSet {
  add(provider: Provider): void
  /** What it publishes from now on is heard by nobody. */
  remove(connectionId: string): void
  /** Tells what no provider tells: that a connection came, changed or went. */
  publish(change: Change): void
}

/** A set that holds these providers. */
export function createProviderSet(initial: readonly Provider[] = []): OwnedProviderSet {
  const publisher = createChangePublisher()
  const members = new Map<string, { readonly provider: Provider; readonly listening: Disposable }>()
  let all: readonly Provider[] = []
  const add = (provider: Provider): void => {
    members.set(provider.connection, { provider, listening: provider.changes.subscribe(publisher.publish) })
    all = [...all, provider]
  }
  initial.forEach(add)
  return {
    all: () => all,
    get: connectionId => members.get(connectionId)?.provider,
    changes: publisher,
    add,
    remove: connectionId => {
      members.get(connectionId)?.listening[Symbol.dispose]()
      members.delete(connectionId)
      all = all.filter(({ connection }) => connection !== connectionId)
    },
    publish: publisher.publish,
  }
}
