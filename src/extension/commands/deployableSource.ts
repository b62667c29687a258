import { join } from 'node:path'
import { l10n, type Uri, window, workspace } from 'vscode'
import { HksError } from '../../contract/errors.ts'
import { findFunctionFolder, functionFile } from '../../scaffold/findFunctionFolder.ts'
import { type FunctionFolder, type FunctionSettings, readFunctionFolder } from '../../scaffold/functionYaml.ts'
import { type PackedSource, packFile, packFolder } from '../../scaffold/packSource.ts'
import { isSingleFileSource, singleFileSettings } from '../../scaffold/singleFile.ts'
import type { SourcePlace } from '../../scaffold/sourcePlace.ts'
import type { Services } from './command.ts'
import { chooseFunctionFolder, functionFolders } from './functionFolders.ts'
import { projectOfFolder, projectToDeployTo } from './sourceProject.ts'
import { targetOf } from './target.ts'

/** A folder or file that can be deployed, with how. */
export interface DeployableSource extends SourcePlace {
  readonly projectId: string
  readonly settings: FunctionSettings
  /** The folder whose `function.yaml` says them. */
  readonly written?: FunctionFolder
  readonly warnings: readonly string[]
  pack(signal: AbortSignal): Promise<PackedSource>
}

/** The project of a source at a path. */
type ProjectOf = (services: Services, path: string) => Promise<string>

/**
 * The source that a command means: the folder with a `function.yaml` at or above `start`, else the file itself, else
 * the user's choice of all such folders. Nothing when the user thought better. It goes to the project of the function
 * that the command names, else to the chosen one, else to that of its folder. With `saves` an open `function.yaml` is saved before
 * it is read.
 */
export function findSource(
  services: Services,
  start: Uri | undefined,
  argument: unknown,
  { saves = false }: { readonly saves?: boolean } = {},
): Promise<DeployableSource | undefined> {
  const { functionId } = targetOf(argument)
  return find(services, start, functionId, (_, path) => projectToDeployTo(services, path, functionId), saves)
}

/** As `findSource`, for what can be done on this machine alone: it goes to the project of its folder. */
export function findLocalSource(
  services: Services,
  start: Uri | undefined,
  argument?: unknown,
): Promise<DeployableSource | undefined> {
  return find(services, start, targetOf(argument).functionId, projectOfFolder)
}

/** The source at a path of this machine that is known to be one, an open `function.yaml` saved; `name` is that of the function of a single file. */
export async function localSourceAt(services: Services, path: string, name?: string): Promise<DeployableSource> {
  if (!isSingleFileSource(path)) return folderSource(services, path, projectOfFolder, true)
  return namedFile(services, path, name ?? singleFileSettings(path).name, projectOfFolder)
}

async function find(
  services: Services,
  start: Uri | undefined,
  functionId: string | undefined,
  projectOf: ProjectOf,
  saves = false,
): Promise<DeployableSource | undefined> {
  const top = start && workspace.getWorkspaceFolder(start)?.uri.fsPath
  const folder = start && (await findFunctionFolder(start.fsPath, top))
  if (folder !== undefined) return folderSource(services, folder, projectOf, saves)
  if (start !== undefined && isSingleFileSource(start.fsPath)) return fileSource(services, start.fsPath, projectOf)
  const chosen = await chooseFolder(services, functionId)
  return chosen === undefined ? undefined : folderSource(services, chosen, projectOf, saves)
}

/** Saves what is open and changed at a path and below it: what is deployed is what the user sees. */
export async function saveFiles(path: string): Promise<void> {
  const inside = workspace.textDocuments.filter(
    d => d.isDirty && (d.uri.fsPath === path || d.uri.fsPath.startsWith(`${path}/`)),
  )
  await Promise.all(inside.map(document => document.save()))
}

async function folderSource(
  services: Services,
  folder: string,
  projectOf: ProjectOf,
  saves: boolean,
): Promise<DeployableSource> {
  if (saves) await saveFiles(join(folder, functionFile))
  const written = await readMarked(services, folder)
  const { settings, warnings } = written
  const projectId = await projectOf(services, folder)
  return {
    kind: 'folder',
    path: folder,
    projectId,
    settings,
    warnings,
    written,
    pack: signal => packFolder(folder, signal),
  }
}

async function readMarked({ faults }: Services, folder: string): ReturnType<typeof readFunctionFolder> {
  try {
    return await readFunctionFolder(folder)
  } catch (error) {
    faults.mark(error)
    throw error
  }
}

async function fileSource(
  services: Services,
  file: string,
  projectOf: ProjectOf,
): Promise<DeployableSource | undefined> {
  const settings = singleFileSettings(file)
  // It is asked for a name only if it can be deployed.
  await projectOf(services, file)
  const name = await window.showInputBox({
    title: l10n.t('The function of one file'),
    prompt: l10n.t('Name of the function; its handler is {0}', settings.handler ?? ''),
    value: settings.name,
    ignoreFocusOut: true,
  })
  return name === undefined ? undefined : namedFile(services, file, name, projectOf)
}

async function namedFile(
  services: Services,
  file: string,
  name: string,
  projectOf: ProjectOf,
): Promise<DeployableSource> {
  return {
    kind: 'file',
    path: file,
    projectId: await projectOf(services, file),
    settings: { ...singleFileSettings(file), name },
    warnings: [],
    pack: () => packFile(file),
  }
}

/** A folder of this window; of a function in the tree, one of its project and name. */
async function chooseFolder(services: Services, functionId: string | undefined): Promise<string | undefined> {
  const wanted = functionId === undefined ? undefined : services.session.resources.functions.get(functionId)
  const folders = await functionFolders(services, wanted)
  if (folders.length === 0)
    throw new HksError('NOT_FOUND', l10n.t('There is no function.yaml for this in the open folders.'), {
      hint: l10n.t('Create a function with "New Function from Template", or open the file that holds its handler.'),
    })
  return chooseFunctionFolder(folders, l10n.t('Function to deploy'))
}
