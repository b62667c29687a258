import { dirname } from 'node:path'
import { l10n, Uri, window, workspace } from 'vscode'
import type { Project } from '../../contract/projects.ts'
import type { Command, Services } from './command.ts'
import { pickAnyProject } from './pick.ts'

/** Binds a project whose folder moved to the folder's new place. */
export const relinkProject: Command = {
  name: 'relinkProject',
  run: async (services, argument) => {
    const isMissing = ({ status }: Project): boolean => status === 'missing'
    const project = await pickAnyProject(services, argument, l10n.t('Project whose folder moved'), isMissing)
    if (project === undefined) return
    const near = likelyPlace(services, project)
    const [folder] =
      (await window.showOpenDialog({
        title: l10n.t('New place of {0}', project.name),
        openLabel: l10n.t('Relink'),
        canSelectFolders: true,
        canSelectFiles: false,
        ...(near === undefined ? {} : { defaultUri: near }),
      })) ?? []
    if (folder === undefined) return
    const client = await services.session.ready()
    await client.call('relinkProject', { params: { id: project.id }, body: { path: folder.fsPath } })
    await services.openProjects.register(client)
  },
}

/** The one folder of this window, as it may be the moved one; else where the folder was. */
function likelyPlace({ openProjects }: Services, { id, path }: Project): Uri | undefined {
  const [folder, ...others] = workspace.workspaceFolders ?? []
  if (folder !== undefined && others.length === 0 && openProjects.projectOf(folder.uri.fsPath) !== id) return folder.uri
  return path === undefined ? folder?.uri : Uri.file(dirname(path))
}
