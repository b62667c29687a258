import { l10n } from 'vscode'
import type { Command, Services } from './command.ts'
import { pickConnection } from './pickConnection.ts'

/** Lets nothing be changed through a cluster's connection. */
export const makeReadOnly: Command = {
  name: 'makeReadOnly',
  run: (services, argument) => setReadOnly(services, argument, true),
}

/** Lets things be changed again. */
export const allowChanges: Command = {
  name: 'allowChanges',
  run: (services, argument) => setReadOnly(services, argument, false),
}

async function setReadOnly(services: Services, argument: unknown, readOnly: boolean): Promise<void> {
  const placeHolder = readOnly ? l10n.t('Cluster to protect') : l10n.t('Cluster to change things in')
  const connection = await pickConnection(services, argument, placeHolder)
  if (connection === undefined) return
  const client = await services.session.ready()
  await client.call('updateConnection', { params: { id: connection.id }, body: { readOnly } })
}
