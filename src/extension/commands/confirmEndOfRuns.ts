import { l10n, window } from 'vscode'
import type { Services } from './command.ts'

/** Seconds that runs get to end by themselves when the gateway is stopped. */
export const graceSeconds = 10

/** Asks before the gateway ends while something runs under it. True: go on. */
export async function confirmEndOfRuns({ session }: Services, button: string): Promise<boolean> {
  const runs = [...session.resources.cronJobs.values()]
    .flatMap(job => job.recentExecutions)
    .filter(execution => execution.status === 'running').length
  if (runs === 0 || session.state.kind !== 'ready') return true
  const message = runs === 1 ? l10n.t('1 run is in progress.') : l10n.t('{0} runs are in progress.', runs)
  const detail = l10n.t('What does not end by itself within {0} seconds is ended.', graceSeconds)
  return (await window.showWarningMessage(message, { modal: true, detail }, button)) === button
}
