import { l10n, Uri, window } from 'vscode'
import type { GatewayClient } from '../../client/gatewayClient.ts'
import type { Connection } from '../../contract/connections.ts'
import type { ConnectionSettingsSave, ConnectionShown } from '../../contract/connectionSettings.ts'
import { HksError } from '../../contract/errors.ts'
import type { Resources } from '../model/resources.ts'
import type { FillPanel } from './panelServices.ts'
import { viewer } from './viewer.ts'
import { hostWebview } from './webviewHost.ts'

/** Titles of the panel; a page with unsaved changes gets a dot in front. */
export const connectionSettingsTitle = (connection: string): string => l10n.t('Settings of {0}', connection)

/** Fills a panel with the settings of a connection. */
export const fillConnectionSettings: FillPanel = (panel, subject, services) => {
  const { session } = services
  const { connectionId: id = '' } = subject
  let isDirty = false
  const show = (title: string): void => {
    panel.title = isDirty ? `● ${title}` : title
  }
  const plainTitle = (): string => panel.title.replace(/^● /, '')
  const shown = (connection: Connection): ConnectionShown => ({
    connection,
    namespaces: namespacesOf(session.resources, id),
  })

  const host = hostWebview(panel, {
    name: 'connectionSettings',
    extensionUri: services.context.extensionUri,
    title: plainTitle(),
    handlers: {
      init: async () => {
        const client = await session.ready()
        const connection = await client.call('getConnection', { params: { id } })
        const others = [...session.resources.connections.values()].filter(other => other.id !== id)
        return { ...shown(connection), taken: others.map(({ name }) => name), ...viewer() }
      },
      save: async saved => {
        const client = await session.ready()
        const connection = await save(client, id, saved)
        show(connectionSettingsTitle(connection.name))
        const { namespaces } = shown(connection)
        return { connection, namespaces: [...new Set([...namespaces, ...saved.namespaces])].sort() }
      },
      chooseFile: async ({ near }) => {
        const [chosen] =
          (await window.showOpenDialog({
            title: l10n.t('Certificates of the registry, in PEM'),
            ...(near === '' ? {} : { defaultUri: Uri.file(near) }),
          })) ?? []
        return chosen?.fsPath ?? null
      },
      close: () => {
        panel.dispose()
        return null
      },
    },
    listeners: {
      dirty: ({ dirty }) => {
        isDirty = dirty
        show(plainTitle())
      },
    },
  })
  const watching = session.onDidReceive(change => {
    if (change.type === 'delete' && change.kind === 'connection' && change.id === id) host.emit('deleted', { id })
    const isOurs =
      (change.kind === 'connection' && change.type === 'put' && change.object.id === id) ||
      (change.kind === 'project' && change.type === 'delete') ||
      (change.kind === 'project' && change.type === 'put' && change.object.connection === id)
    const connection = session.resources.connections.get(id)
    if (!isOurs || connection === undefined) return
    show(connectionSettingsTitle(connection.name))
    host.emit('shown', shown(connection))
  })
  return {
    subject,
    tell: (name, data) => host.emit(name, data as never),
    show: () => undefined,
    dispose: () => {
      watching.dispose()
      host.dispose()
    },
  }
}

/** @throws HksError of the gateway, with the field of the page that it is about */
async function save(
  client: GatewayClient,
  id: string,
  { change, namespaces }: ConnectionSettingsSave,
): Promise<Connection> {
  const params = { id }
  const connection =
    Object.keys(change).length === 0
      ? await client.call('getConnection', { params })
      : await client.call('updateConnection', { params, body: change })
  for (const namespace of namespaces) {
    try {
      await client.call('openProject', { body: { connectionId: id, namespace } })
    } catch (error) {
      throw error instanceof HksError ? ofNamespaces(error) : error
    }
  }
  return connection
}

const ofNamespaces = (error: HksError): HksError =>
  new HksError(error.code, error.message, {
    details: { ...error.details, field: 'namespaces' },
    cause: error,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  })

const namespacesOf = ({ projects }: Resources, connectionId: string): string[] =>
  [...projects.values()]
    .filter(({ connection }) => connection === connectionId)
    .map(({ name }) => name)
    .sort()
