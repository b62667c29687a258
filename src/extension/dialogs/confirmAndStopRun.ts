import { l10n, window } from 'vscode'
import type { GatewayClient } from '../../client/gatewayClient.ts'
import type { CronJob } from '../../contract/cronJobs.ts'
import type { ExecutionSummary } from '../../contract/executions.ts'

/** Asks once and ends the run. Nothing when the user thought better. */
export async function confirmAndStopRun(
  client: GatewayClient,
  job: CronJob,
  executionId: string,
): Promise<ExecutionSummary | undefined> {
  const stop = l10n.t('Stop Run')
  const detail = l10n.t('Its processes are ended and the run counts as failed.')
  const choice = await window.showWarningMessage(
    l10n.t('Stop this run of {0}?', job.name),
    { modal: true, detail },
    stop,
  )
  if (choice !== stop) return undefined
  return client.call('stopExecution', { params: { id: job.id, execId: executionId } })
}
