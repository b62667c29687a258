import { l10n } from 'vscode'
import type { Command } from './command.ts'
import { pickCronJob } from './pick.ts'

/** Opens the schedule editor of a CronJob. */
export const editSchedule: Command = {
  name: 'editSchedule',
  run: async (services, argument) => {
    const job = await pickCronJob(services, argument, l10n.t('CronJob to edit'))
    if (job !== undefined) services.panels.editCronJob(job)
  },
}
