import { l10n, window } from 'vscode'
import type { Command } from './command.ts'
import { marking, pickManifest, projectOfFile, putCronJob, readManifestCronJobs } from './manifestCronJobs.ts'

/** Brings the CronJobs of a manifest file into the project of its folder: new ones are created, known ones changed. */
export const addManifest: Command = {
  name: 'addManifest',
  needsTrust: true,
  run: async (services, argument) => {
    const target = await pickManifest(argument)
    if (target === undefined) return
    await marking(services, target.uri, async () => {
      const { file, cronJobs } = await readManifestCronJobs(target)
      const projectId = await projectOfFile(services, file)
      for (const job of cronJobs) await putCronJob(services, projectId, job, file)
      const names = cronJobs.map(job => job.create.name).join(', ')
      const warnings = cronJobs.flatMap(job => job.warnings)
      const message = [l10n.t('Added to the project: {0}.', names), ...warnings].join(' ')
      void window.showInformationMessage(message)
    })
  },
}
