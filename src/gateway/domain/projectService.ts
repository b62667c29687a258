import { localConnection } from '../../contract/localConnection.ts'
import { HksError, invalidField, notFound } from '../../contract/errors.ts'
import type { ProjectOpen } from '../../contract/projects.ts'
import { authorize, type Caller } from './caller.ts'
import type { Directory } from './directory.ts'
import type { Perform } from './operation.ts'
import type { Folders, OpenedProject, Provider } from './ports.ts'
import type { ProjectRecord } from './project.ts'

/** Operations on projects. */
export interface ProjectService {
  list(caller: Caller): Promise<readonly ProjectRecord[]>
  /** By id or unique name. */
  get(caller: Caller, ref: string): Promise<ProjectRecord>
  /** A folder of this machine, or a namespace of a cluster. */
  open(caller: Caller, input: ProjectOpen): Promise<OpenedProject>
  relink(caller: Caller, ref: string, path: string): Promise<ProjectRecord>
  remove(caller: Caller, ref: string): Promise<void>
}

/** Makes the service. */
export function createProjectService(directory: Directory, perform: Perform): ProjectService {
  const mayTouch = (caller: Caller, id: string) => caller.projects === 'all' || caller.projects.includes(id)
  return {
    list: async caller => {
      authorize(caller, 'read')
      const all = await Promise.all(directory.providers.all().map(provider => provider.projects.list()))
      return all.flat().filter(project => mayTouch(caller, project.id))
    },
    get: async (caller, ref) => {
      const { project } = await directory.project(ref)
      authorize(caller, 'read', project.id)
      return project
    },
    open: (caller, input) => {
      const { connectionId = localConnection, path, name, namespace } = input
      const resource = namespace === undefined ? (path ?? '') : `${connectionId}/${namespace}`
      return perform(caller, { scope: 'write', action: 'project.open', resource }, () => {
        const provider = directory.providers.get(connectionId)
        if (!provider) throw notFound('connection', connectionId)
        if (provider.cluster) {
          if (namespace === undefined)
            throw invalidField('namespace', namespace, 'a project of a cluster is a namespace.')
          if (path !== undefined) throw invalidField('path', path, 'a project of a cluster has no folder.')
          return provider.cluster.open(namespace)
        }
        if (path === undefined) throw invalidField('path', path, 'a project of this machine is a folder.')
        if (namespace !== undefined) throw invalidField('namespace', namespace, 'only a cluster has namespaces.')
        return foldersOf(provider).open(path, name)
      })
    },
    relink: async (caller, ref, path) => {
      const { provider, project } = await directory.project(ref)
      return perform(
        caller,
        { scope: 'write', action: 'project.relink', resource: project.id, projectId: project.id },
        () => foldersOf(provider).relink(project.id, path),
      )
    },
    remove: async (caller, ref) => {
      const { provider, project } = await directory.project(ref)
      return perform(
        caller,
        { scope: 'write', action: 'project.remove', resource: project.id, projectId: project.id },
        () => provider.projects.remove(project.id),
      )
    },
  }
}

function foldersOf({ folders }: Provider): Folders {
  if (!folders) throw new HksError('INVALID_REQUEST', 'A project of this connection has no folder.')
  return folders
}
