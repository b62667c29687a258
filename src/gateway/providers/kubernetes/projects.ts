import { HksError, notFound } from '../../../contract/errors.ts'
import type { ChangePublisher } from '../../domain/changes.ts'
import type { Clock } from '../../domain/clock.ts'
import type { OpenedProject, Projects } from '../../domain/ports.ts'
import type { ProjectRecord } from '../../domain/project.ts'
import type { ProjectStore, StoredProject } from '../../domain/projectStore.ts'
import { projectIdOf } from '../../platform/projectId.ts'
import { guardWork } from './access/guardWork.ts'
import { createNamespaceRights, type NamespaceRights } from './access/namespaceRights.ts'
import type { AccessReview } from './client/accessReview.ts'
import type { KubeClient } from './client/kubeClient.ts'
import { connectionFailed, isOfCredentials } from './client/translateError.ts'
import { type OpenNamespaces, stateFor } from './combinedRoles.ts'
import type { NamespaceScope } from './namespaceScope.ts'
import type { NamespaceWork } from './namespaceWork.ts'
import type { CollectionState } from './watch/watchedCollection.ts'

/** A cluster that can be spoken to. */
export interface OpenCluster {
  readonly client: KubeClient
  /** Names the cluster wherever its kubeconfig is: of its certificate authority and server. */
  readonly identity: string
  readonly review: AccessReview
}

/** What the projects of a cluster need. */
export interface KubernetesProjectsDeps {
  readonly connectionId: string
  readonly store: ProjectStore
  readonly clock: Clock
  readonly changes: ChangePublisher
  /** @throws HksError CONNECTION_FAILED */
  readonly cluster: () => Promise<OpenCluster>
  /** Begins to follow a namespace. */
  readonly openNamespace: (scope: NamespaceScope) => NamespaceWork
  /** Told when it changes how well a namespace is followed. */
  readonly onState: () => void
  /** Why there is no client; nothing while there is one or it is being made. */
  readonly failure: () => HksError | undefined
  /** Resolves when what is kept was opened for the first time, or could not be; after some seconds at most. */
  readonly known: () => Promise<void>
  /** Receives failures that no caller waits for. */
  readonly report: (error: unknown) => void
}

/** Namespaces as projects, each followed while it is open. */
export interface KubernetesProjects {
  readonly role: Projects
  readonly namespaces: OpenNamespaces
  open(namespace: string): Promise<OpenedProject>
  /** Follows all that are kept. */
  openAll(): Promise<void>
  /** Looks again at what may be done in each (where that was not done within the last minute), and for what was not there. */
  lookAgain(): void
  states(): readonly CollectionState[]
  stop(graceSeconds: number): Promise<void>
}

interface Followed {
  readonly project: StoredProject
  readonly work: NamespaceWork
  readonly rights: NamespaceRights
  readonly end: AbortController
  readonly listening: Disposable
  /** Why it could not be asked for when it was opened; holds until something else is known. */
  readonly early: HksError | undefined
}

/** None is followed yet. */
export function createKubernetesProjects(deps: KubernetesProjectsDeps): KubernetesProjects {
  const { connectionId, store, clock, changes } = deps
  const followed = new Map<string, Followed>()

  const shown = (project: StoredProject): ProjectRecord => {
    const { work, rights } = followed.get(project.id) ?? {}
    const error = work?.state().error
    const denied = rights?.denied() ?? []
    const noFunctions = work?.noFunctions?.()
    const known = {
      ...(denied.length === 0 ? {} : { denied }),
      ...(noFunctions === undefined ? {} : { noFunctions }),
    }
    // That of the whole connection is shown there.
    if (error === undefined || error.code === 'CONNECTION_FAILED') return { ...project, status: 'ready', ...known }
    const status = error.code === 'PROJECT_MISSING' ? 'missing' : 'unavailable'
    return { ...project, status, message: error.message, ...known }
  }
  const follow = (project: StoredProject, { client, review }: OpenCluster, early?: HksError): void => {
    if (followed.has(project.id)) return
    const end = new AbortController()
    let told = JSON.stringify(['ready', undefined, undefined, undefined])
    const tell = (): void => {
      const now = shown(project)
      const text = JSON.stringify([now.status, now.message, now.denied, now.noFunctions])
      if (text !== told) changes.publish({ kind: 'project', project: now })
      told = text
    }
    const { id: projectId, name } = project
    const rights = createNamespaceRights({ review, namespace: name, clock, onChange: tell, report: deps.report })
    const work = guardWork(deps.openNamespace({ projectId, name, client, signal: end.signal }), rights)
    const listening = work.onState(() => {
      tell()
      deps.onState()
    })
    followed.set(project.id, { project, work, rights, end, listening, early })
    // It is not known yet.
    deps.onState()
  }
  const unfollow = async (id: string, graceSeconds: number): Promise<void> => {
    const { work, rights, end, listening } = followed.get(id) ?? {}
    followed.delete(id)
    rights?.[Symbol.dispose]()
    listening?.[Symbol.dispose]()
    end?.abort()
    await work?.stop(graceSeconds)
  }
  const own = async (id: string): Promise<StoredProject | undefined> => {
    const project = await store.get(id)
    return project?.connection === connectionId ? project : undefined
  }
  const lookAgain = () => {
    refreshRights()
    for (const { work } of followed.values()) work.lookAgain?.()
  }
  const refreshRights = () => followed.forEach(({ rights }) => rights.refresh())
  return {
    role: {
      list: async () => {
        refreshRights()
        return (await store.list(connectionId)).map(shown)
      },
      get: async id => {
        const project = await own(id)
        return project && shown(project)
      },
      remove: async id => {
        if (!(await own(id))) throw notFound('project', id)
        const work = followed.get(id)?.work
        const cronJobs = work && stateFor(work, 'cronJobs').synced ? ((await work.cronJobs?.list()) ?? []) : []
        const functions = work && stateFor(work, 'functions').synced ? ((await work.functions?.list()) ?? []) : []
        await unfollow(id, 0)
        await store.remove(id)
        for (const each of cronJobs) changes.publish({ kind: 'deleted', what: 'cronJob', id: each.id })
        for (const each of functions) changes.publish({ kind: 'deleted', what: 'function', id: each.id })
        changes.publish({ kind: 'deleted', what: 'project', id })
        deps.onState()
      },
    },
    namespaces: {
      all: () => [...followed.values()].map(({ work }) => work),
      of: async (projectId, role) => {
        if (!followed.has(projectId)) await deps.known()
        const found = followed.get(projectId)
        if (!found) throw deps.failure() ?? ((await own(projectId)) ? notYet() : notFound('project', projectId))
        const { synced, error } = stateFor(found.work, role)
        // What a namespace had that is gone is nothing to show; while a cluster is away what is known stays.
        if (error && (!synced || error.code === 'PROJECT_MISSING')) throw error
        return found.work
      },
      known: deps.known,
    },
    open: async namespace => {
      const cluster = await deps.cluster()
      const { client, identity } = cluster
      const id = projectIdOf(identity, namespace)
      const known = await store.get(id)
      if (known && known.connection !== connectionId) throw openElsewhere(namespace)
      const project = known ?? { id, name: namespace, connection: connectionId, createdAt: clock.now() }
      const early = known ? undefined : await requireNamespace(client, namespace)
      if (!known) await store.insert(project)
      follow(project, cluster, early)
      const record = shown(project)
      if (!known) changes.publish({ kind: 'project', project: record })
      return { project: record, created: !known }
    },
    openAll: async () => {
      const cluster = await deps.cluster()
      for (const project of await store.list(connectionId)) follow(project, cluster)
    },
    lookAgain,
    states: () =>
      [...followed.values()].map(({ work, early }) => {
        const state = work.state()
        return early === undefined || state.synced || state.error ? state : { ...state, error: early }
      }),
    stop: async graceSeconds => {
      await Promise.all([...followed.keys()].map(id => unfollow(id, graceSeconds)))
    },
  }
}

/** Longer than that nobody waits for a cluster that may not answer, milliseconds. */
const lookMs = 5000

/**
 * What is not known, as the cluster does not answer or does not say, is let pass: the state of the project tells later. Answers
 * why the cluster could not even be asked.
 */
async function requireNamespace(client: KubeClient, namespace: string): Promise<HksError | undefined> {
  try {
    await client.request('GET', `/api/v1/namespaces/${namespace}`, { timeoutMs: lookMs })
    return undefined
  } catch (error) {
    if ((error as HksError).code !== 'NOT_FOUND') return isOfCredentials(error) ? error : undefined
    throw new HksError('NOT_FOUND', `namespace: ${client.server} has no namespace "${namespace}".`, {
      details: { field: 'namespace', value: namespace },
      cause: error,
    })
  }
}

const notYet = (): HksError =>
  connectionFailed('unreachable', 'The cluster has not answered yet.', { hint: 'Try again in a moment.' })

const openElsewhere = (namespace: string): HksError =>
  new HksError('CONFLICT', `The namespace "${namespace}" is a project of another connection to the same cluster.`, {
    details: { field: 'namespace', value: namespace },
    hint: 'Use that project, forget it first, or open another namespace.',
  })
