import { l10n } from 'vscode'
import { askAndResume } from '../dialogs/askAndResume.ts'
import type { Command } from './command.ts'
import { pickCronJob } from './pick.ts'

/** Resumes a CronJob. When that would start a missed run, the user decides whether it does. */
export const resume: Command = {
  name: 'resume',
  needsTrust: true,
  run: async (services, argument) => {
    const job = await pickCronJob(services, argument, l10n.t('CronJob to resume'), j => j.suspend)
    if (job !== undefined) await askAndResume(await services.session.ready(), job)
  },
}
