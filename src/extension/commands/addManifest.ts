import { l10n, window } from 'vscode'
import type { Command } from './command.ts'
import { applyToCluster } from './applyToCluster.ts'
import {
  clusterProject,
  marking,
  pickManifest,
  projectOfFile,
  putCronJob,
  readManifestCronJobs,
} from './manifestCronJobs.ts'

/**
 * Brings the CronJobs of a manifest file into the project of its folder, or the namespace that was chosen: new ones are
 * created, known ones changed.
 */
export const addManifest: Command = {
  name: 'addManifest',
  needsTrust: true,
  run: async (services, argument) => {
    const target = await pickManifest(argument)
    if (target === undefined) return
    await marking(services, target.uri, async () => {
      const projectId = await projectOfFile(services, target.uri.fsPath)
      const inCluster = clusterProject(services, projectId)
      if (inCluster !== undefined) return applyToCluster(services, target, inCluster)
      const { file, cronJobs } = await readManifestCronJobs(target)
      for (const job of cronJobs) await putCronJob(services, projectId, job, file)
      const names = cronJobs.map(job => job.create.name).join(', ')
      const warnings = cronJobs.flatMap(job => job.warnings)
      const message = [l10n.t('Added to the project: {0}.', names), ...warnings].join(' ')
      void window.showInformationMessage(message)
    })
  },
}
