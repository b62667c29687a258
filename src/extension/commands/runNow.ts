import { l10n } from 'vscode'
import type { Command } from './command.ts'
import { logResource } from '../logs/logResource.ts'
import { actOnAll } from './actOnAll.ts'
import { pickCronJobs } from './pickCronJobs.ts'

/** Starts a run by hand and follows its log; of several CronJobs one each, whose logs are not opened. */
export const runNow: Command = {
  name: 'runNow',
  needsTrust: true,
  run: async (services, argument, selection) => {
    const jobs = await pickCronJobs(services, argument, selection, l10n.t('CronJob to run now'))
    const [job] = jobs
    if (job === undefined) return
    if (jobs.length > 1) {
      const words = {
        action: 'triggerCronJob' as const,
        question: l10n.t('Run {0} CronJobs now?', jobs.length),
        buttons: [l10n.t('Run Now')],
        done: (some: number, all: number) => l10n.t('Started {0} of {1} CronJobs.', some, all),
      }
      const client = await services.session.ready()
      await actOnAll(services, jobs, words, ({ id }) => client.call('triggerCronJob', { params: { id }, body: {} }))
      return
    }
    const client = await services.session.ready()
    const { startedAt } = await client.call('triggerCronJob', { params: { id: job.id }, body: {} })
    services.logs.follow(logResource(services.session.resources, job), { since: startedAt })
  },
}
