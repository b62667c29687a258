import type { Clock } from '../../domain/clock.ts'
import { namespaceEnding, namespaceMissing } from '../../domain/project.ts'
import type { NamespaceScope } from './namespaceScope.ts'
import type { NamespaceWork } from './namespaceWork.ts'
import { createWatchedCollection } from './watch/createWatchedCollection.ts'
import type { CollectionState } from './watch/watchedCollection.ts'

/** Whether a namespace is there, and for how long. */
export interface NamespacePresence extends NamespaceWork {
  /**
   * Aborted, with the HksError PROJECT_MISSING, when the namespace is being deleted or gone; another one when it is there again.
   */
  ending(): AbortSignal
}

/**
 * Follows whether a namespace is there: lists of what is in it are empty, not refused, where it is not. A user who may not
 * look at namespaces is told nothing, as the rest works for them.
 */
export function followPresence({ projectId, client, name, signal }: NamespaceScope, clock: Clock): NamespacePresence {
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
  let ending = new AbortController()
  const look = (): void => {
    const found = namespaces.byName(name)
    if (found?.metadata.deletionTimestamp !== undefined) ending.abort(namespaceEnding(name, { projectId }))
    else if (found) ending = ending.signal.aborted ? new AbortController() : ending
    else if (state().error?.code === 'PROJECT_MISSING') ending.abort(state().error)
  }
  const looking = [namespaces.subscribe(look), namespaces.onState(look)]
  return {
    state,
    ending: () => ending.signal,
    lookAgain: namespaces.retry,
    onState: listener => {
      const stack = new DisposableStack()
      stack.use(namespaces.onState(listener))
      stack.use(namespaces.subscribe(listener))
      return stack
    },
    stop: async () => {
      for (const one of [...looking, namespaces]) one[Symbol.dispose]()
    },
  }
}
