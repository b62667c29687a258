import { l10n } from 'vscode'
import { showExecutionLog } from '../logs/showExecutionLog.ts'
import type { Command } from './command.ts'
import { pickExecution } from './pick.ts'

/** Writes the log of one run into the CronJob's output channel. */
export const showRunLog: Command = {
  name: 'showRunLog',
  run: async ({ logs, ...services }, argument) => {
    const picked = await pickExecution({ logs, ...services }, argument, l10n.t('Run whose log to show'))
    if (picked !== undefined) showExecutionLog(logs, services.session.resources, picked.job, picked.execution)
  },
}
