import { l10n, window } from 'vscode'
import type { Command } from './command.ts'
import { pickConnection } from './pickConnection.ts'

/** Gives a cluster another name here. */
export const renameConnection: Command = {
  name: 'renameConnection',
  run: async (services, argument) => {
    const connection = await pickConnection(services, argument, l10n.t('Cluster to rename'))
    if (connection === undefined) return
    const { connections } = services.session.resources
    const others = new Set([...connections.values()].filter(({ id }) => id !== connection.id).map(({ name }) => name))
    const name = await window.showInputBox({
      title: l10n.t('Rename {0}', connection.name),
      value: connection.name,
      validateInput: text =>
        text.trim() === ''
          ? l10n.t('A cluster needs a name.')
          : others.has(text)
            ? l10n.t('{0} is the name of another connection.', text)
            : undefined,
    })
    if (name === undefined || name === connection.name) return
    const client = await services.session.ready()
    await client.call('updateConnection', { params: { id: connection.id }, body: { name } })
  },
}
