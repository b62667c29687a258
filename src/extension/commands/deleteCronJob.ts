import { l10n, window } from 'vscode'
import type { GatewayClient } from '../../client/gatewayClient.ts'
import type { CronJob } from '../../contract/cronJobs.ts'
import type { Command, Services } from './command.ts'
import { actOnAll } from './actOnAll.ts'
import { pickCronJobs } from './pickCronJobs.ts'
import { refuseDenied } from './refuseDenied.ts'

/** Deletes CronJobs with their runs and logs, after asking once. */
export const deleteCronJob: Command = {
  name: 'deleteCronJob',
  run: async (services, argument, selection) => {
    const jobs = await pickCronJobs(services, argument, selection, l10n.t('CronJob to delete'))
    const [job] = jobs
    if (job === undefined) return
    const client = await services.session.ready()
    if (jobs.length > 1) return deleteAll(services, client, jobs)
    refuseDenied(services, job.projectId, 'deleteCronJob', job.name)
    const runs = await countRuns(client, job)
    const button = consequence(runs)
    const detail =
      job.active > 0
        ? l10n.t('Its history and logs are deleted and what is running is ended. This cannot be undone.')
        : l10n.t('Its history and logs are deleted. This cannot be undone.')
    const choice = await window.showWarningMessage(l10n.t('Delete {0}?', job.name), { modal: true, detail }, button)
    if (choice !== button) return
    await client.call('deleteCronJob', { params: { id: job.id } })
    services.logs.stop(job.id)
  },
}

async function deleteAll(services: Services, client: GatewayClient, jobs: readonly CronJob[]): Promise<void> {
  const words = {
    action: 'deleteCronJob' as const,
    question: l10n.t('Delete {0} CronJobs?', jobs.length),
    detail: jobs.some(({ active }) => active > 0)
      ? l10n.t('Their history and logs are deleted and what is running is ended. This cannot be undone.')
      : l10n.t('Their history and logs are deleted. This cannot be undone.'),
    buttons: [l10n.t('Delete {0} CronJobs', jobs.length)],
    done: (some: number, all: number) => l10n.t('Deleted {0} of {1} CronJobs.', some, all),
  }
  await actOnAll(services, jobs, words, async ({ id }) => {
    await client.call('deleteCronJob', { params: { id } })
    services.logs.stop(id)
  })
}

function consequence(runs: number): string {
  if (runs === 0) return l10n.t('Delete CronJob')
  return runs === 1 ? l10n.t('Delete CronJob and 1 Run') : l10n.t('Delete CronJob and {0} Runs', runs)
}

async function countRuns(client: GatewayClient, job: CronJob): Promise<number> {
  const query = { from: job.createdAt, limit: 1 }
  const { summary } = await client.call('getLedger', { params: { id: job.id }, query })
  return summary.succeeded + summary.failed + summary.running
}
