import { l10n } from 'vscode'
import type { CronJob } from '../../contract/cronJobs.ts'
import type { Command } from './command.ts'
import { actOnAll } from './actOnAll.ts'
import { pickCronJobs } from './pickCronJobs.ts'

/** Suspends CronJobs: nothing of them starts by schedule until they are resumed. */
export const suspend: Command = {
  name: 'suspend',
  run: async (services, argument, selection) => {
    const jobs = await pickCronJobs(services, argument, selection, l10n.t('CronJob to suspend'), j => !j.suspend)
    const client = await services.session.ready()
    const act = ({ id }: CronJob) => client.call('suspendCronJob', { params: { id } })
    if (jobs.length <= 1) {
      for (const job of jobs) await act(job)
      return
    }
    const words = {
      action: 'changeCronJob' as const,
      question: l10n.t('Suspend {0} CronJobs?', jobs.length),
      buttons: [l10n.t('Suspend')],
      done: (some: number, all: number) => l10n.t('Suspended {0} of {1} CronJobs.', some, all),
    }
    await actOnAll(services, jobs, words, act)
  },
}
