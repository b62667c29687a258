import { realpath } from 'node:fs/promises'
import { sep } from 'node:path'
import { type Disposable, type Event, EventEmitter, workspace } from 'vscode'
import type { GatewayClient } from '../../client/gatewayClient.ts'
import { HksError } from '../../contract/errors.ts'

/** The projects of the folders that are open in this window. */
export interface OpenProjects extends Disposable {
  readonly ids: ReadonlySet<string>
  readonly onDidChange: Event<void>
  /** The project of the open folder that holds a path. */
  projectOf(path: string): string | undefined
  /** Registers the open folders with a gateway. One that is not trusted, or not there any more, is only looked up. */
  register(client: GatewayClient, signal?: AbortSignal): Promise<void>
}

/** Makes the registry; it knows nothing before `register` was called. */
export function createOpenProjects(): OpenProjects {
  const changed = new EventEmitter<void>()
  let projects: readonly { readonly path: string; readonly id: string }[] = []
  return {
    get ids() {
      return new Set(projects.map(p => p.id))
    },
    onDidChange: changed.event,
    projectOf: path =>
      projects
        .filter(p => path === p.path || path.startsWith(p.path + sep))
        .sort((a, b) => b.path.length - a.path.length)[0]?.id,
    register: async (client, signal) => {
      const folders = (workspace.workspaceFolders ?? []).filter(folder => folder.uri.scheme === 'file')
      const find = workspace.isTrusted ? openFolder : knownFolder
      const found = await Promise.all(
        folders.map(async folder => {
          const id = await find(client, folder.uri.fsPath, folder.name, signal)
          return id === undefined ? undefined : { path: folder.uri.fsPath, id }
        }),
      )
      projects = found.filter(p => p !== undefined)
      changed.fire()
    },
    dispose: () => changed.dispose(),
  }
}

type FindProject = (
  client: GatewayClient,
  path: string,
  name: string,
  signal: AbortSignal | undefined,
) => Promise<string | undefined>

const openFolder: FindProject = async (client, path, name, signal) => {
  try {
    const project = await client.call('openProject', { body: { path, name }, ...(signal ? { signal } : {}) })
    return project.id
  } catch (error) {
    // A folder that was deleted or moved must not keep the others of the window from being used.
    if (error instanceof HksError && error.details?.['field'] === 'path') return knownFolder(client, path, name, signal)
    throw error
  }
}

const knownFolder: FindProject = async (client, path, _name, signal) => {
  const { items } = await client.call('listProjects', { query: { limit: 1000 }, ...(signal ? { signal } : {}) })
  const real = await realpath(path).catch(() => path)
  return items.find(project => project.path === real)?.id
}
