import { l10n, Uri, window, workspace } from 'vscode'
import type { Command } from './command.ts'
import { pickProject } from './pick.ts'

/** Binds a project whose folder moved to the folder's new place. */
export const relinkProject: Command = {
  name: 'relinkProject',
  run: async (services, argument) => {
    const project = await pickProject(services, argument, l10n.t('Project whose folder moved'))
    if (project === undefined) return
    const near =
      workspace.workspaceFolders?.[0]?.uri ?? (project.path === undefined ? undefined : Uri.file(project.path))
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
