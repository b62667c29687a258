import { l10n, window } from 'vscode'
import type { Command } from './command.ts'
import { pickConnection } from './pickConnection.ts'

/** Forgets a cluster, after asking once. Nothing in the cluster is touched. */
export const removeConnection: Command = {
  name: 'removeConnection',
  run: async (services, argument) => {
    const connection = await pickConnection(services, argument, l10n.t('Cluster to forget'))
    if (connection === undefined) return
    const button = l10n.t('Forget Cluster')
    const detail = l10n.t(
      'Its namespaces disappear from the views. The cluster keeps everything, and the history of runs is there again when it is added again.',
    )
    const question = l10n.t('Forget {0}?', connection.name)
    if ((await window.showWarningMessage(question, { modal: true, detail }, button)) !== button) return
    const client = await services.session.ready()
    await client.call('removeConnection', { params: { id: connection.id } })
  },
}
