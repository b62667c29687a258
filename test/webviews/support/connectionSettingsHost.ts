import type { Handlers } from '../../../src/base/messenger.ts'
import type { Connection } from '../../../src/contract/connections.ts'
import type {
  ConnectionSettingsInit,
  ConnectionSettingsProtocol,
  ConnectionSettingsSave,
} from '../../../src/contract/connectionSettings.ts'
import { now } from './cronJobs.ts'

type HostHandlers = Handlers<ConnectionSettingsProtocol['host']>

/** The extension host of the settings of a connection as a test plays it; what the page asked is kept. */
export interface ConnectionSettingsHost {
  readonly handlers: HostHandlers
  readonly listeners: { readonly dirty: (data: { readonly dirty: boolean }) => void }
  readonly saved: ConnectionSettingsSave[]
  readonly closed: true[]
  readonly dirty: boolean[]
}

/** A cluster that answers, with nothing set. */
export const connection = (change: Partial<Connection> = {}): Connection => ({
  ...{ id: 'connection-1', name: 'staging', kind: 'kubernetes', readOnly: false, state: 'ready' },
  ...{ context: 'kind-dev', server: 'https://127.0.0.1:6443', kubeconfig: ['/home/ada/.kube/config'] },
  ...change,
})

/** What the page starts from. */
export const settingsInit = (change: Partial<Connection> = {}): ConnectionSettingsInit => ({
  connection: connection(change),
  namespaces: ['default'],
  taken: ['prod'],
  viewerTimeZone: 'Europe/Berlin',
  locale: 'en',
  trusted: true,
  now,
})

/** Plays the host: it saves everything unless told otherwise. */
export function connectionSettingsHost(
  init: ConnectionSettingsInit,
  change: Partial<HostHandlers> = {},
): ConnectionSettingsHost {
  const saved: ConnectionSettingsSave[] = []
  const closed: true[] = []
  const dirty: boolean[] = []
  return {
    saved,
    closed,
    dirty,
    listeners: { dirty: data => dirty.push(data.dirty) },
    handlers: {
      init: () => init,
      save: save => {
        saved.push(save)
        const entries = Object.entries({ ...init.connection, ...save.change }).filter(([, value]) => value !== null)
        const namespaces = [...init.namespaces, ...save.namespaces]
        return { connection: Object.fromEntries(entries) as unknown as Connection, namespaces }
      },
      chooseFile: () => '/etc/ssl/registry.pem',
      close: () => {
        closed.push(true)
        return null
      },
      ...change,
    },
  }
}
