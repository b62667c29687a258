/** Where resources live; on `local` a workspace folder. `missing`: its folder is not there any more. */
export interface ProjectRecord {
  readonly id: string
  readonly name: string
  readonly connection: string
  readonly path?: string
  readonly status: 'ready' | 'missing'
  /** Epoch milliseconds. */
  readonly createdAt: number
}

/** A secret without its values. */
export interface SecretKeys {
  readonly name: string
  readonly keys: readonly string[]
}
