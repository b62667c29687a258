import { l10n } from 'vscode'
import type { Command } from './command.ts'
import { pickCronJob } from './pick.ts'

/** Suspends a CronJob: nothing of it starts by schedule until it is resumed. */
export const suspend: Command = {
  name: 'suspend',
  run: async (services, argument) => {
    const job = await pickCronJob(services, argument, l10n.t('CronJob to suspend'), j => !j.suspend)
    if (job === undefined) return
    const client = await services.session.ready()
    await client.call('suspendCronJob', { params: { id: job.id } })
  },
}
