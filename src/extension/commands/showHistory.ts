import { l10n } from 'vscode'
import type { Command } from './command.ts'
import { pickCronJob } from './pick.ts'
import { targetOf } from './target.ts'

/** Opens the execution history of a CronJob, at a run when it was called on one. */
export const showHistory: Command = {
  name: 'showHistory',
  run: async (services, argument) => {
    const job = await pickCronJob(services, argument, l10n.t('CronJob whose history to show'))
    if (job !== undefined) services.panels.showHistory(job, targetOf(argument).executionId)
  },
}
