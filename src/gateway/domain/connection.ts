import type { ConnectionKind, ConnectionState } from '../../contract/connections.ts'
import type { ErrorCode } from '../../contract/errors.ts'
import type { Runtime } from '../../contract/functions.ts'
import type { TargetPlatform } from './targetBuilds.ts'

/** What of a connection can be changed after it was made. */
export interface ConnectionSettings {
  readonly name: string
  readonly readOnly: boolean
  readonly runtimeImages?: Readonly<Partial<Record<Runtime, string>>>
  readonly ingress?: string
  readonly registry?: string
  readonly insecureRegistries?: readonly string[]
  /** Absolute path of a PEM file. */
  readonly registryCa?: string
  /** What images are built for; that of the nodes where it is absent. */
  readonly platform?: TargetPlatform
}

/** A configured place to run things. */
export interface ConnectionRecord extends ConnectionSettings {
  readonly id: string
  readonly kind: ConnectionKind
  /** Of the kubeconfig. */
  readonly context?: string
  /** Absolute paths. */
  readonly kubeconfig?: readonly string[]
  /** Epoch milliseconds; `local` was always there. */
  readonly createdAt?: number
}

/** How a connection fares. */
export interface ConnectionHealth {
  readonly state: ConnectionState
  /** Why it failed. */
  readonly code?: ErrorCode
  readonly message?: string
  readonly hint?: string
  /** Origin of the API server, once known. */
  readonly server?: string
}

/** A connection as views show it. */
export interface ConnectionView {
  readonly connection: ConnectionRecord
  readonly health: ConnectionHealth
}

/** Connections but `local`, kept. */
export interface ConnectionStore {
  /** By name. */
  list(): Promise<readonly ConnectionRecord[]>
  /** @throws HksError CONFLICT when another has the name */
  insert(connection: ConnectionRecord): Promise<void>
  /** Replaces its settings. @throws HksError NOT_FOUND, CONFLICT (name) */
  update(connection: ConnectionRecord): Promise<void>
  /** Its projects go with it. Removing what is not there is no error. */
  remove(id: string): Promise<void>
}
