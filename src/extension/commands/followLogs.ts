import { l10n } from 'vscode'
import { logResource } from '../logs/logResource.ts'
import type { Command } from './command.ts'
import { pickApplication } from './pick.ts'

/** Lines of the past that are shown before the live ones. */
const pastLines = 500

/** Follows the log of a CronJob, over all its runs, or of a function. */
export const followLogs: Command = {
  name: 'followLogs',
  run: async (services, argument) => {
    const application = await pickApplication(services, argument, l10n.t('CronJob or function whose log to follow'))
    if (application === undefined) return
    services.logs.follow(logResource(services.session.resources, application), { tail: pastLines })
  },
}
