import { HksError, notFound } from '../../../contract/errors.ts'
import type { ExecutionStore } from '../../domain/executionStore.ts'
import type { Applications, CronJobs, Executions, Functions, Secrets } from '../../domain/ports.ts'
import { lateLogMs } from './functions/logs/functionLogs.ts'
import type { NamespaceRole, NamespaceWork } from './namespaceWork.ts'
import type { CollectionState } from './watch/watchedCollection.ts'

/** The namespaces that are open, by their projects' ids. */
export interface OpenNamespaces {
  all(): readonly NamespaceWork[]
  /**
   * The namespace for work of that role.
   * @throws HksError why nothing is known of it yet: CONNECTION_FAILED, FORBIDDEN …; NOT_FOUND
   */
  of(projectId: string, role: NamespaceRole): Promise<NamespaceWork>
  /** Resolves when it is known for the first time what they have, or why that can not be known; after some seconds at most. */
  known(): Promise<void>
}

/** The namespaces of which it is known what they have. */
const syncedFor = (namespaces: OpenNamespaces, role: NamespaceRole): readonly NamespaceWork[] =>
  namespaces.all().filter(namespace => stateFor(namespace, role).synced)

/** How well what a role needs is followed. */
export const stateFor = (namespace: NamespaceWork, role: NamespaceRole): CollectionState =>
  namespace.stateOf?.(role) ?? namespace.state()

/** What is not found is looked for again as soon as it is known what the namespaces have. */
async function findIn<T>(
  { known }: OpenNamespaces,
  roles: () => readonly { get(id: string): Promise<T | undefined> }[],
  id: string,
): Promise<T | undefined> {
  const find = async () => {
    for (const role of roles()) {
      const found = await role.get(id)
      if (found !== undefined) return found
    }
    return undefined
  }
  const found = await find()
  if (found !== undefined) return found
  await known()
  return find()
}

/** The CronJobs of all namespaces. */
export function combineCronJobs(namespaces: OpenNamespaces): CronJobs {
  const roles = () => namespaces.all().flatMap(({ cronJobs }) => (cronJobs ? [cronJobs] : []))
  const owner = async (id: string): Promise<CronJobs> => {
    for (const role of roles()) if (await role.get(id)) return role
    throw notFound('CronJob', id)
  }
  const inProject = async (projectId: string): Promise<CronJobs> =>
    (await namespaces.of(projectId, 'cronJobs')).cronJobs ?? lacks('CronJobs')
  return {
    list: async projectId => {
      if (projectId !== undefined) return (await inProject(projectId)).list(projectId)
      const synced = syncedFor(namespaces, 'cronJobs')
      return (await Promise.all(synced.map(async ({ cronJobs }) => (await cronJobs?.list()) ?? []))).flat()
    },
    get: id => findIn(namespaces, roles, id),
    create: async (projectId, spec) => (await inProject(projectId)).create(projectId, spec),
    update: async (id, spec, options) => (await owner(id)).update(id, spec, options),
    preview: async (projectId, spec) => (await inProject(projectId)).preview(projectId, spec),
    previewUpdate: async (id, spec, options) => (await owner(id)).previewUpdate(id, spec, options),
    applyManifest: async (projectId, manifest, options) => {
      const role = await inProject(projectId)
      return role.applyManifest ? role.applyManifest(projectId, manifest, options) : lacks('manifests')
    },
    startsOnResume: async id => (await owner(id)).startsOnResume(id),
    remove: async id => (await owner(id)).remove(id),
  }
}

/** The applications of all namespaces. */
export const combineApplications = (namespaces: OpenNamespaces): Applications => ({
  list: async projectId =>
    ((await namespaces.of(projectId, 'applications')).applications ?? lacks('applications')).list(projectId),
})

/** The runs of all namespaces. */
export function combineExecutions(namespaces: OpenNamespaces, store: Pick<ExecutionStore, 'get'>): Executions {
  const owner = async (cronJobId: string): Promise<Executions> => {
    for (const { cronJobs, executions } of namespaces.all()) {
      if (executions && (await cronJobs?.get(cronJobId))) return executions
    }
    throw notFound('CronJob', cronJobId)
  }
  return {
    trigger: async (cronJobId, options) => (await owner(cronJobId)).trigger(cronJobId, options),
    stop: async executionId => {
      const execution = await store.get(executionId)
      if (!execution) throw notFound('execution', executionId)
      await (await owner(execution.applicationId)).stop(executionId)
    },
  }
}

/** The functions of all namespaces that can have some. */
export function combineFunctions(namespaces: OpenNamespaces): Functions {
  const roles = () => namespaces.all().flatMap(({ functions }) => (functions ? [functions] : []))
  const owner = async (id: string): Promise<Functions> => {
    for (const role of roles()) {
      if ((await role.get(id)) || role.deployments().some(({ functionId }) => functionId === id)) return role
    }
    throw notFound('function', id)
  }
  const inProject = async (projectId: string): Promise<Functions> =>
    (await namespaces.of(projectId, 'functions')).functions ?? lacks('functions')
  return {
    list: async projectId => {
      if (projectId !== undefined) return (await inProject(projectId)).list(projectId)
      const synced = syncedFor(namespaces, 'functions')
      return (await Promise.all(synced.map(async ({ functions }) => (await functions?.list()) ?? []))).flat()
    },
    get: id => findIn(namespaces, roles, id),
    deploy: async (projectId, ...rest) => (await inProject(projectId)).deploy(projectId, ...rest),
    cancelDeployment: async id => (await owner(id)).cancelDeployment(id),
    deployments: () => roles().flatMap(role => role.deployments()),
    setTraffic: async (id, shares) => {
      const role = await owner(id)
      if (role.setTraffic) return role.setTraffic(id, shares)
      throw notFound('function', id)
    },
    source: async id => (await owner(id)).source(id),
    invoke: async (id, ...rest) => (await owner(id)).invoke(id, ...rest),
    access: async id => (await owner(id)).access(id),
    mask: async id => (await owner(id)).mask(id),
    remove: async id => (await owner(id)).remove(id),
    lateLogMs,
  }
}

/** The secrets of all namespaces. */
export const combineSecrets = (namespaces: OpenNamespaces): Secrets => {
  const inProject = async (projectId: string): Promise<Secrets> =>
    (await namespaces.of(projectId, 'secrets')).secrets ?? lacks('secrets')
  return {
    list: async projectId => (await inProject(projectId)).list(projectId),
    write: async (projectId, secret, data) => (await inProject(projectId)).write(projectId, secret, data),
    remove: async (projectId, secret) => (await inProject(projectId)).remove(projectId, secret),
  }
}

function lacks(what: string): never {
  throw new HksError('INVALID_REQUEST', `This connection has no ${what}.`)
}
