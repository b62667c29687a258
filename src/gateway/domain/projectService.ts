import { HksError } from '../../contract/errors.ts'
import { authorize, type Caller } from './caller.ts'
import type { Directory } from './directory.ts'
import type { Perform } from './operation.ts'
import type { Projects } from './ports.ts'
import type { ProjectRecord } from './project.ts'

/** Operations on projects. */
export interface ProjectService {
  list(caller: Caller): Promise<readonly ProjectRecord[]>
  /** By id or unique name. */
  get(caller: Caller, ref: string): Promise<ProjectRecord>
  open(caller: Caller, input: { readonly path: string; readonly name?: string }): ReturnType<Projects['open']>
  relink(caller: Caller, ref: string, path: string): Promise<ProjectRecord>
  remove(caller: Caller, ref: string): Promise<void>
}

/** Projects are opened on the first connection that can: `local`. */
export function createProjectService(directory: Directory, perform: Perform): ProjectService {
  const mayTouch = (caller: Caller, id: string) => caller.projects === 'all' || caller.projects.includes(id)
  return {
    list: async caller => {
      authorize(caller, 'read')
      const all = await Promise.all(directory.providers.map(provider => provider.projects.list()))
      return all.flat().filter(project => mayTouch(caller, project.id))
    },
    get: async (caller, ref) => {
      const { project } = await directory.project(ref)
      authorize(caller, 'read', project.id)
      return project
    },
    open: (caller, { path, name }) =>
      perform(caller, { scope: 'write', action: 'project.open', resource: path }, () => {
        const [provider] = directory.providers
        if (!provider) throw new HksError('UNSUPPORTED_PLATFORM', 'No connection can open a folder as a project.')
        return provider.projects.open(path, name)
      }),
    relink: async (caller, ref, path) => {
      const { provider, project } = await directory.project(ref)
      return perform(
        caller,
        { scope: 'write', action: 'project.relink', resource: project.id, projectId: project.id },
        () => provider.projects.relink(project.id, path),
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
