import { Uri, l10n, window, workspace } from 'vscode'
import { notFound } from '../../contract/errors.ts'
import type { Function } from '../../contract/functions.ts'
import { findFunctionFolder } from '../../scaffold/findFunctionFolder.ts'
import type { SourcePlace } from '../../scaffold/sourcePlace.ts'
import type { Command, Services } from './command.ts'
import { chooseFunctionFolder, functionFolders } from './functionFolders.ts'
import { pickFunction } from './pick.ts'

/** Deploys a function at each save of its source, in this window. */
export const startHotReload: Command = {
  name: 'startHotReload',
  needsTrust: true,
  run: async (services, argument) => {
    const { hotReloads } = services
    const fits = (fn: Function): boolean => fn.image === undefined && !hotReloads.functions.has(fn.id)
    const fn = await pickFunction(services, argument, l10n.t('Function to deploy at each save'), fits)
    if (fn === undefined) return
    const place = await findPlace(services, fn)
    if (place === undefined) return
    await hotReloads.start({ functionId: fn.id, projectId: fn.projectId, name: fn.name, place })
    const shown = workspace.asRelativePath(place.path)
    window.setStatusBarMessage(`$(zap) ${l10n.t('{0} reloads at each save of {1}', fn.name, shown)}`, 6000)
  },
}

/** Where it was deployed from, else the folder whose function.yaml names it, else what the user says. */
async function findPlace(services: Services, fn: Function): Promise<SourcePlace | undefined> {
  const known = services.deployedSources.placeOf(fn.id)
  if (known !== undefined && (await isThere(known.path))) return known
  const folders = await functionFolders(services, fn)
  const folder = folders.length > 0 ? await chooseFunctionFolder(folders, l10n.t('Folder of {0}', fn.name)) : undefined
  if (folder !== undefined) return { kind: 'folder', path: folder }
  return folders.length > 0 ? undefined : askForFile(services, fn)
}

async function askForFile({ session }: Services, { name, projectId }: Function): Promise<SourcePlace | undefined> {
  const start = session.resources.projects.get(projectId)?.path
  const [chosen] =
    (await window.showOpenDialog({
      title: l10n.t('Where is the source of {0}? Choose its function.yaml, or its one file', name),
      openLabel: l10n.t('Reload at Each Save'),
      ...(start === undefined ? {} : { defaultUri: Uri.file(start) }),
    })) ?? []
  if (chosen === undefined) return undefined
  if (!(await isThere(chosen.fsPath))) throw notFound('file', chosen.fsPath)
  const folder = await findFunctionFolder(chosen.fsPath)
  return folder === undefined ? { kind: 'file', path: chosen.fsPath } : { kind: 'folder', path: folder }
}

const isThere = (path: string): Promise<boolean> =>
  Promise.resolve(workspace.fs.stat(Uri.file(path))).then(
    () => true,
    () => false,
  )
