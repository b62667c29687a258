import { l10n, type QuickPickItem, window } from 'vscode'
import type { Connection } from '../../contract/connections.ts'
import { HksError, notFound } from '../../contract/errors.ts'
import type { Services } from './command.ts'
import { targetOf } from './target.ts'

/** The cluster that a command means: its argument's, the only one, or the user's choice. */
export async function pickConnection(
  { session }: Services,
  argument: unknown,
  placeHolder: string,
): Promise<Connection | undefined> {
  await session.ready()
  const { connections } = session.resources
  const { connectionId } = targetOf(argument)
  if (connectionId !== undefined) {
    const found = connections.get(connectionId)
    if (found === undefined) throw notFound('connection', connectionId)
    return found
  }
  const clusters = [...connections.values()].filter(({ kind }) => kind !== 'local')
  if (clusters.length === 0)
    throw new HksError('NOT_FOUND', l10n.t('There is no cluster yet.'), {
      hint: l10n.t('"Add Cluster" takes a context of your kubeconfig.'),
    })
  if (clusters.length === 1) return clusters[0]
  const items = clusters.map((connection): QuickPickItem & { readonly connection: Connection } => ({
    label: connection.name,
    description: connection.server ?? '',
    connection,
  }))
  return (await window.showQuickPick(items, { placeHolder, matchOnDescription: true }))?.connection
}
