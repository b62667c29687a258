import { l10n, window } from 'vscode'
import type { GatewayClient } from '../../client/gatewayClient.ts'
import type { CronJob } from '../../contract/cronJobs.ts'
import type { Command } from './command.ts'
import { pickCronJob } from './pick.ts'

/** Deletes a CronJob with its runs and logs, after asking once. */
export const deleteCronJob: Command = {
  name: 'deleteCronJob',
  run: async (services, argument) => {
    const job = await pickCronJob(services, argument, l10n.t('CronJob to delete'))
    if (job === undefined) return
    const client = await services.session.ready()
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

function consequence(runs: number): string {
  if (runs === 0) return l10n.t('Delete CronJob')
  return runs === 1 ? l10n.t('Delete CronJob and 1 Run') : l10n.t('Delete CronJob and {0} Runs', runs)
}

async function countRuns(client: GatewayClient, job: CronJob): Promise<number> {
  const query = { from: job.createdAt, limit: 1 }
  const { summary } = await client.call('getLedger', { params: { id: job.id }, query })
  return summary.succeeded + summary.failed + summary.running
}
