import { l10n } from 'vscode'
import { confirmAndStopRun } from '../dialogs/confirmAndStopRun.ts'
import type { Command } from './command.ts'
import { pickExecution } from './pick.ts'
import { refuseDenied } from './refuseDenied.ts'

/** Ends a run with all its processes. */
export const stopRun: Command = {
  name: 'stopRun',
  run: async (services, argument) => {
    const picked = await pickExecution(services, argument, l10n.t('Run to stop'), e => e.status === 'running')
    if (picked === undefined) return
    refuseDenied(services, picked.job.projectId, 'stopRun')
    await confirmAndStopRun(await services.session.ready(), picked.job, picked.execution.id)
  },
}
