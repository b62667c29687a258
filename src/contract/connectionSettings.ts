import type { Connection, ConnectionUpdate } from './connections.ts'
import type { Call, CommonEvents, Nothing, Viewer } from './webviewCalls.ts'

/** A connection, with what else its settings show. */
export interface ConnectionShown {
  readonly connection: Connection
  /** Names of the namespaces that are open as projects, sorted. */
  readonly namespaces: readonly string[]
}

/** What the settings of a connection start from. */
export interface ConnectionSettingsInit extends Viewer, ConnectionShown {
  /** Names that other connections have. */
  readonly taken: readonly string[]
}

/** What Save sends: the settings that changed, and namespaces to open. */
export interface ConnectionSettingsSave {
  readonly change: ConnectionUpdate
  readonly namespaces: readonly string[]
}

/** The settings of one connection. */
export interface ConnectionSettingsProtocol {
  /** What the extension host answers and hears. */
  readonly host: {
    readonly requests: {
      /** The page's first request, also after a reload. */
      readonly init: Call<Nothing, ConnectionSettingsInit>
      /** Saves, then opens the namespaces; an error with `details.field` is shown at that field. */
      readonly save: Call<ConnectionSettingsSave, ConnectionShown>
      /** Lets the user choose a file of the machine on which the gateway runs. `null`: nothing was chosen. */
      readonly chooseFile: Call<{ readonly near: string }, string | null>
      /** Closes the panel; the page has already asked about unsaved changes. */
      readonly close: Call<Nothing, Nothing>
    }
    readonly events: {
      /** Unsaved changes appeared or went away; the host marks the panel's title. */
      readonly dirty: { readonly dirty: boolean }
    }
  }
  /** What the page hears. */
  readonly page: {
    readonly requests: Record<never, never>
    readonly events: CommonEvents & {
      /** The connection, its health or its open namespaces changed, here or elsewhere. */
      readonly shown: ConnectionShown
      /** The connection was forgotten. */
      readonly deleted: { readonly id: string }
    }
  }
}
