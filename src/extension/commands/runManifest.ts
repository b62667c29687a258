import { l10n } from 'vscode'
import { logResource } from '../logs/logResource.ts'
import type { Command } from './command.ts'
import {
  chooseCronJob,
  marking,
  pickManifest,
  localProjectOfFile,
  putCronJob,
  readManifestCronJobs,
} from './manifestCronJobs.ts'

/** Runs a CronJob of a manifest file on this machine, by hand and as the file says it, and follows its log. */
export const runManifest: Command = {
  name: 'runManifest',
  needsTrust: true,
  run: async (services, argument) => {
    const target = await pickManifest(argument)
    if (target === undefined) return
    await marking(services, target.uri, async () => {
      const { file, cronJobs } = await readManifestCronJobs(target)
      const chosen = await chooseCronJob(cronJobs, l10n.t('CronJob to run now'))
      if (chosen === undefined) return
      const job = await putCronJob(services, await localProjectOfFile(services, file), chosen, file)
      const client = await services.session.ready()
      const { startedAt } = await client.call('triggerCronJob', { params: { id: job.id }, body: {} })
      services.logs.follow(logResource(services.session.resources, job), { since: startedAt })
    })
  },
}
