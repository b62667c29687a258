import { l10n, type QuickPickItem, window } from 'vscode'
import type { GatewayClient } from '../../client/gatewayClient.ts'
import type { Connection } from '../../contract/connections.ts'
import { HksError } from '../../contract/errors.ts'
import { longestNamespace, namePatterns } from '../../contract/names.ts'
import type { Command } from './command.ts'
import { pickConnection } from './pickConnection.ts'

const namespacePattern = new RegExp(namePatterns.resource)

/** Opens namespaces of a cluster as projects: chosen from its list, or typed where it may not be listed. */
export const openNamespace: Command = {
  name: 'openNamespace',
  run: async (services, argument) => {
    const connection = await pickConnection(services, argument, l10n.t('Cluster of the namespace'))
    if (connection === undefined) return
    const client = await services.session.ready()
    for (const namespace of await chooseNamespaces(client, connection)) {
      await client.call('openProject', { body: { connectionId: connection.id, namespace } })
    }
  },
}

async function chooseNamespaces(client: GatewayClient, { id, name }: Connection): Promise<readonly string[]> {
  const title = l10n.t('Open Namespace of {0}', name)
  try {
    const { items } = await client.call('listNamespaces', { params: { id } })
    const closed = items.filter(({ projectId }) => projectId === undefined)
    if (closed.length === 0) {
      void window.showInformationMessage(l10n.t('Every namespace of {0} is open.', name))
      return []
    }
    const shown = closed.map((namespace): QuickPickItem => ({ label: namespace.name }))
    const placeHolder = l10n.t('Namespaces to follow')
    const chosen = await window.showQuickPick(shown, { title, placeHolder, canPickMany: true })
    return (chosen ?? []).map(({ label }) => label)
  } catch (error) {
    if (!(error instanceof HksError && error.code === 'FORBIDDEN')) throw error
    const typed = await window.showInputBox({
      title,
      prompt: l10n.t('You may not list the namespaces of this cluster; type the name of yours.'),
      validateInput: text =>
        text.length <= longestNamespace && namespacePattern.test(text)
          ? undefined
          : l10n.t(
              'Lower-case letters, digits and "-", at most {0} characters; begin and end with a letter or a digit.',
              longestNamespace,
            ),
      ignoreFocusOut: true,
    })
    return typed === undefined ? [] : [typed]
  }
}
