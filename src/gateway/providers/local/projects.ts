import { realpath, stat } from 'node:fs/promises'
import { basename, isAbsolute } from 'node:path'
import { localConnection } from '../../../contract/localConnection.ts'
import { HksError, invalidField, notFound } from '../../../contract/errors.ts'
import type { ChangePublisher } from '../../domain/changes.ts'
import type { Clock } from '../../domain/clock.ts'
import type { Folders, Projects } from '../../domain/ports.ts'
import { type ProjectRecord, requirePresent } from '../../domain/project.ts'
import type { ProjectStore, StoredProject } from '../../domain/projectStore.ts'
import { projectIdOf } from '../../platform/projectId.ts'

/** What local projects need. */
export interface LocalProjectsDeps {
  readonly store: ProjectStore
  readonly clock: Clock
  readonly machineId: string
  readonly changes: ChangePublisher
  /** Whether a project holds nothing: no CronJob, no named command, no function, no secret. */
  readonly isEmpty: (projectId: string) => Promise<boolean>
  /** Deletes all that a project holds: CronJobs, named commands, functions, secrets. */
  readonly clear: (projectId: string) => Promise<void>
  /** A project got another id: what lies outside its rows follows. */
  readonly moved: (from: string, to: string) => Promise<void>
}

/** Projects of this machine, and the folder in which a project's commands run. */
export interface LocalProjectsRole extends Projects, Folders {
  /** @throws HksError NOT_FOUND, PROJECT_MISSING when the folder is not there any more */
  folder(projectId: string): Promise<string>
}

/**
 * Workspace folders as projects. A relinked project gets the id of its new folder, and its rows follow. That a folder
 * is gone, or back, is published when somebody asks for it or needs it.
 */
export function createLocalProjects(deps: LocalProjectsDeps): LocalProjectsRole {
  const { store, clock, machineId, changes } = deps
  const statuses = new Map<string, ProjectRecord['status']>()
  const publish = (project: ProjectRecord) => {
    statuses.set(project.id, project.status)
    changes.publish({ kind: 'project', project })
    return project
  }
  const publishDeleted = (id: string) => {
    statuses.delete(id)
    changes.publish({ kind: 'deleted', what: 'project', id })
  }
  const look = async (project: StoredProject): Promise<ProjectRecord> => {
    const seen = await withStatus(project)
    const before = statuses.get(seen.id)
    statuses.set(seen.id, seen.status)
    return before === undefined || before === seen.status ? seen : publish(seen)
  }
  const own = async (id: string): Promise<StoredProject | undefined> => {
    const project = await store.get(id)
    return project?.connection === localConnection ? project : undefined
  }
  const stored = async (id: string): Promise<StoredProject> => {
    const project = await own(id)
    if (!project) throw notFound('project', id)
    return project
  }
  return {
    list: async () => Promise.all((await store.list(localConnection)).map(look)),
    get: async id => {
      const project = await own(id)
      return project && look(project)
    },
    open: async (path, name) => {
      const folder = await realFolder(path)
      const id = projectIdOf(machineId, folder)
      const known = await store.get(id)
      if (known) return { project: await look(known), created: false }
      const project: StoredProject = {
        id,
        name: name ?? (basename(folder) || folder),
        connection: localConnection,
        path: folder,
        createdAt: clock.now(),
      }
      await store.insert(project)
      return { project: publish(await withStatus(project)), created: true }
    },
    relink: async (id, path) => {
      const project = await stored(id)
      const folder = await realFolder(path)
      const next = { ...project, id: projectIdOf(machineId, folder), path: folder }
      if (next.id === id) return publish(await withStatus(next))
      // The moved folder was opened before it was relinked: what that made of it holds nothing yet.
      if ((await store.get(next.id)) && (await deps.isEmpty(next.id))) await store.remove(next.id)
      await store.rekey(id, next)
      await deps.moved(id, next.id)
      publishDeleted(id)
      return publish(await withStatus(next))
    },
    remove: async id => {
      await stored(id)
      await deps.clear(id)
      await store.remove(id)
      publishDeleted(id)
    },
    folder: async id => {
      const project = await look(await stored(id))
      requirePresent(project)
      return project.path!
    },
  }
}

async function withStatus(project: StoredProject): Promise<ProjectRecord> {
  const present = project.path !== undefined && (await isFolder(project.path))
  return { ...project, status: present ? 'ready' : 'missing' }
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    found => found.isDirectory(),
    // Whatever keeps it from being looked at keeps it from being used.
    () => false,
  )

async function realFolder(path: string): Promise<string> {
  if (!isAbsolute(path)) throw invalidField('path', path, `"${path}" is not an absolute path.`)
  let folder: string
  try {
    folder = await realpath(path)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const problem = code === 'ENOENT' || code === 'ENOTDIR' ? 'is not there' : `can not be opened (${code})`
    throw new HksError('INVALID_REQUEST', `path: the folder "${path}" ${problem}.`, {
      details: { field: 'path', value: path },
      cause,
    })
  }
  if (!(await isFolder(folder))) throw invalidField('path', path, `"${path}" is not a folder.`)
  return folder
}
