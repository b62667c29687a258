import { l10n, window } from 'vscode'
import type { Command } from './command.ts'
import { pickProject } from './pick.ts'

/** Forgets a project with its CronJobs and functions, after asking once. Files stay where they are. */
export const removeProject: Command = {
  name: 'removeProject',
  run: async (services, argument) => {
    const project = await pickProject(services, argument, l10n.t('Project to forget'))
    if (project === undefined) return
    const { cronJobs, functions } = services.session.resources
    const own = (item: { readonly projectId: string }): boolean => item.projectId === project.id
    const jobs = [...cronJobs.values()].filter(own).length
    const functionCount = [...functions.values()].filter(own).length
    const button = l10n.t('Forget Project, {0} CronJobs and {1} Functions', jobs, functionCount)
    const detail = l10n.t('Their history and logs are deleted; the files of the folder stay. This cannot be undone.')
    const choice = await window.showWarningMessage(l10n.t('Forget {0}?', project.name), { modal: true, detail }, button)
    if (choice !== button) return
    const client = await services.session.ready()
    await client.call('removeProject', { params: { id: project.id } })
  },
}
