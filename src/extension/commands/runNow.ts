import { l10n } from 'vscode'
import type { Command } from './command.ts'
import { logResource } from '../logs/logResource.ts'
import { pickCronJob } from './pick.ts'

/** Starts a run by hand and follows its log. */
export const runNow: Command = {
  name: 'runNow',
  needsTrust: true,
  run: async (services, argument) => {
    const job = await pickCronJob(services, argument, l10n.t('CronJob to run now'))
    if (job === undefined) return
    const client = await services.session.ready()
    const { startedAt } = await client.call('triggerCronJob', { params: { id: job.id }, body: {} })
    services.logs.follow(logResource(services.session.resources, job), { since: startedAt })
  },
}
