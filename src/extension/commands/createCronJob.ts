import { l10n, workspace } from 'vscode'
import type { Command } from './command.ts'
import { pickProject } from './pick.ts'
import { refuseDenied } from './refuseDenied.ts'

/** Opens the schedule editor as the form of a new CronJob. */
export const createCronJob: Command = {
  name: 'createCronJob',
  run: async (services, argument) => {
    await services.session.ready()
    if (!workspace.isTrusted && services.session.resources.projects.size === 0) {
      // Nothing can be saved, but a schedule can be looked at.
      services.panels.createCronJob(undefined)
      return
    }
    const project = await pickProject(services, argument, l10n.t('Project of the new CronJob'))
    if (project === undefined) return
    refuseDenied(services, project.id, 'createCronJob')
    services.panels.createCronJob(project.id)
  },
}
