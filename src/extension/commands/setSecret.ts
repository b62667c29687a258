import { l10n } from 'vscode'
import { askSecret } from '../dialogs/askSecret.ts'
import type { Command } from './command.ts'
import { pickProject } from './pick.ts'
import { refuseDenied } from './refuseDenied.ts'

/** Sets one key of a project's secret. The value is typed unseen and never shown again. */
export const setSecret: Command = {
  name: 'setSecret',
  run: async (services, argument) => {
    const project = await pickProject(services, argument, l10n.t('Project of the secret'))
    if (project === undefined) return
    refuseDenied(services, project.id, 'writeSecret')
    await askSecret(await services.session.ready(), project)
  },
}
