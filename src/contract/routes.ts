import type { Static, TSchema } from 'typebox'
import { applicationRoutes } from './routes/applicationRoutes.ts'
import { connectionRoutes } from './routes/connectionRoutes.ts'
import { cronJobRoutes } from './routes/cronJobRoutes.ts'
import { functionRoutes } from './routes/functionRoutes.ts'
import { gatewayRoutes } from './routes/gatewayRoutes.ts'
import { invocationRoutes } from './routes/invocationRoutes.ts'
import { projectRoutes } from './routes/projectRoutes.ts'
import { v1 } from './routes/route.ts'

export { type Route, type Scope, scopes } from './routes/route.ts'

/** Every route of the gateway's API by its operation id. */
export const routes = {
  ...gatewayRoutes,
  ...connectionRoutes,
  ...projectRoutes,
  ...applicationRoutes,
  ...cronJobRoutes,
  ...functionRoutes,
  ...invocationRoutes,
} as const

/** The operation ids. */
export type RouteName = keyof typeof routes

/** Path of the watch WebSocket; `?cursor=` resumes. */
export const watchPath = `${v1}/watch`

/** Path of the WebSocket that debugs a function for as long as it is open. */
export const debugPath = `${v1}/functions/:id/debug`

/** Paths outside `/api/v1`. The last two need the token; the first two answer to loopback callers without it. */
export const plainPaths = {
  health: '/healthz',
  ready: '/readyz',
  openApi: '/openapi.json',
  metrics: '/metrics',
} as const

type Part<R, K extends string> = R extends Record<K, infer S extends TSchema> ? Static<S> : undefined
/** The path parameters of a route. */
export type RouteParams<N extends RouteName> = Part<(typeof routes)[N], 'params'>
/** The query of a route. */
export type RouteQuery<N extends RouteName> = Part<(typeof routes)[N], 'query'>
/** The JSON body of a route. */
export type RouteBody<N extends RouteName> = Part<(typeof routes)[N], 'body'>
/** The JSON answer of a route; undefined where it may be a 204, too. */
export type RouteResult<N extends RouteName> =
  | Part<(typeof routes)[N]['success'], 'body'>
  | ((typeof routes)[N]['success'] extends { readonly also: readonly (infer S)[] }
      ? 204 extends S
        ? undefined
        : never
      : never)
