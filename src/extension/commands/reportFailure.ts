import { commands as vscodeCommands, env, l10n, type LogOutputChannel, Range, Uri, window } from 'vscode'
import { commands } from '../contributions.ts'
import { explainFailure, type Failure, type FailureAction } from '../model/failure.ts'

const titles: Readonly<Record<FailureAction, () => string>> = {
  retry: () => l10n.t('Retry'),
  showGatewayLog: () => l10n.t('Show Log'),
  restartGateway: () => l10n.t('Restart Gateway'),
  copyHint: () => l10n.t('Copy Install Command'),
  mendSandbox: () => l10n.t('Mend Sandbox…'),
  installKnative: () => l10n.t('Install Knative…'),
  openFile: () => l10n.t('Open File'),
  relinkProject: () => l10n.t('Relink Project…'),
  refresh: () => l10n.t('Refresh'),
}

/** Shows a failure as a sentence with buttons for its next steps. What the user cancelled is not shown. */
export async function reportFailure(error: unknown, log: LogOutputChannel, retry?: () => unknown): Promise<void> {
  const failure = explainFailure(error, l10n.t)
  if (failure === undefined) return
  log.error(error instanceof Error ? error : String(error))
  const actions = failure.actions.filter(action => action !== 'retry' || retry !== undefined)
  const choice = await window.showErrorMessage(failure.message, ...actions.map(action => titles[action]()))
  const action = actions.find(a => titles[a]() === choice)
  if (action === 'retry') retry?.()
  else if (action !== undefined) await act(action, failure)
}

async function act(action: Exclude<FailureAction, 'retry'>, { place, command }: Failure): Promise<void> {
  if (action === 'copyHint') await env.clipboard.writeText(command ?? '')
  else if (action === 'openFile' && place !== undefined) {
    const line = Math.max(0, (place.line ?? 1) - 1)
    await window.showTextDocument(Uri.file(place.file), { selection: new Range(line, 0, line, 0) })
  } else if (action !== 'openFile') await vscodeCommands.executeCommand(commands[action])
}
