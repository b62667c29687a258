import type { TSchema } from 'typebox'

/** What a caller must be allowed to do; checked in one place of the domain. */
export const scopes = ['read', 'write', 'trigger', 'deploy', 'invoke', 'secrets', 'admin'] as const
/** One of {@link scopes}. */
export type Scope = (typeof scopes)[number]

/** One route: what it takes and what it answers. Server, client, OpenAPI and documents are made from it. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Path with `:name` parameters. */
  readonly path: string
  /** Other spellings of the same route. */
  readonly aliases?: readonly string[]
  readonly summary: string
  readonly scope: Scope
  readonly params?: TSchema
  readonly query?: TSchema
  readonly body?: TSchema
  /** Status and schema of the answer; a 204 has no body. `stream` answers are described, not validated. */
  readonly success: { readonly status: number; readonly body?: TSchema; readonly also?: readonly number[] }
  /** Largest body in bytes; 1 MiB unless said. */
  readonly bodyLimit?: number
  /** The body is passed through as bytes and the answer is the function's own. */
  readonly raw?: true
}

/** The prefix of every path of the API. */
export const v1 = '/api/v1'
