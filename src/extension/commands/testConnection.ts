import { commands as vscodeCommands, l10n, ProgressLocation, window } from 'vscode'
import { commands } from '../contributions.ts'
import type { Command } from './command.ts'
import { pickConnection } from './pickConnection.ts'

/** Asks a cluster now and says what it answered. */
export const testConnection: Command = {
  name: 'testConnection',
  run: async (services, argument) => {
    const connection = await pickConnection(services, argument, l10n.t('Cluster to test'))
    if (connection === undefined) return
    const { id, name } = connection
    const client = await services.session.ready()
    const report = await window.withProgress(
      { location: ProgressLocation.Notification, title: l10n.t('Asking {0}', name) },
      () => client.call('testConnection', { params: { id } }),
    )
    const isMissing = report.knative === false
    const sentences = [
      l10n.t('{0} answers in {1} ms: Kubernetes {2}.', name, report.milliseconds, report.version),
      ...(isMissing ? [l10n.t('Knative is not there: CronJobs work, functions do not.')] : []),
      ...(report.knative === undefined
        ? [l10n.t('You may not see which APIs it has, so whether Knative is there is not known.')]
        : []),
      ...(report.clockAheadSeconds === undefined
        ? []
        : [l10n.t("Its clock differs from this machine's by {0} s.", Math.abs(report.clockAheadSeconds))]),
      ...(report.listsNamespaces ? [] : [l10n.t('You may not list its namespaces.')]),
    ]
    const text = sentences.join(' ')
    if (!isMissing || connection.readOnly) {
      void window.showInformationMessage(text)
      return
    }
    const install = l10n.t('Install Knative…')
    if ((await window.showInformationMessage(text, install)) !== install) return
    await vscodeCommands.executeCommand(commands.installKnative, { connectionId: id })
  },
}
