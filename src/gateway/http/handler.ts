import type { RouteBody, RouteName, RouteParams, RouteQuery, RouteResult } from '../../contract/routes.ts'
import type { Caller } from '../domain/caller.ts'
import type { AnswerStream } from '../domain/function.ts'

/** A request after authentication and validation. */
export interface Call<N extends RouteName> {
  readonly caller: Caller
  readonly params: RouteParams<N>
  readonly query: RouteQuery<N>
  readonly body: RouteBody<N>
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** The body as it came, on routes marked `raw`; else empty. */
  readonly raw: Uint8Array
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal
  /** That signal's controller: what ends the call early may abort it, too. */
  readonly stop: AbortController
}

/** What a handler answers: JSON, bytes of its own, or a stream that ends by itself or with the call's signal. */
export type Answer<N extends RouteName> =
  | {
      readonly status?: number
      readonly body: RouteResult<N>
      /** Called once the answer has left, or its connection is gone. */
      readonly afterwards?: () => void
    }
  | { readonly status: 204 }
  | {
      readonly status: number
      readonly headers: Readonly<Record<string, string | readonly string[]>>
      readonly bytes: Uint8Array
      /** The body in place of `bytes`. */
      readonly chunks?: AnswerStream
    }
  | { readonly contentType: string; readonly stream: AsyncIterable<string> }

/** The translation of one route into domain operations and back. */
export type Handler<N extends RouteName> = (call: Call<N>) => Promise<Answer<N>>

/** One handler for each route. */
export type Handlers = { readonly [N in RouteName]: Handler<N> }
