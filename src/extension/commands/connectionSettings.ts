import { l10n } from 'vscode'
import type { Command } from './command.ts'
import { pickConnection } from './pickConnection.ts'

/** Opens the settings of a cluster's connection. */
export const connectionSettings: Command = {
  name: 'connectionSettings',
  run: async (services, argument) => {
    const connection = await pickConnection(services, argument, l10n.t('Cluster to set up'))
    if (connection !== undefined) services.panels.connectionSettings(connection)
  },
}
