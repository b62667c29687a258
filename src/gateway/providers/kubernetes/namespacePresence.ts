import type { Clock } from '../../domain/clock.ts'
import { namespaceMissing } from '../../domain/project.ts'
import type { NamespaceScope } from './namespaceScope.ts'
import type { NamespaceWork } from './namespaceWork.ts'
import { createWatchedCollection } from './watch/createWatchedCollection.ts'
import type { CollectionState } from './watch/watchedCollection.ts'

/**
 * Follows whether a namespace is there: lists of what is in it are empty, not refused, where it is not. A user who may not
 * look at namespaces is told nothing, as the rest works for them.
 */
export function followPresence({ projectId, client, name, signal }: NamespaceScope, clock: Clock): NamespaceWork {
  const namespaces = createWatchedCollection({
    ...{ client, clock, signal },
    path: '/api/v1/namespaces',
    query: { fieldSelector: `metadata.name=${name}` },
    keep: namespace => namespace,
  })
  const state = (): CollectionState => {
    const { synced, error } = namespaces.state()
    if (error?.code === 'FORBIDDEN') return { synced: true }
    if (synced && !error && namespaces.byName(name) === undefined)
      return { synced, error: namespaceMissing(name, projectId) }
    return namespaces.state()
  }
  return {
    state,
    onState: listener => {
      const stack = new DisposableStack()
      stack.use(namespaces.onState(listener))
      stack.use(namespaces.subscribe(listener))
      return stack
    },
    stop: async () => namespaces[Symbol.dispose](),
  }
}
