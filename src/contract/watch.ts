import { type Static, Type } from 'typebox'
import { Id, OneOf } from './common.ts'
import { CronJob, ExecutionSummary } from './cronJobs.ts'
import { Function } from './functions.ts'
import { Project } from './projects.ts'

/** Everything a view shows, at one moment. */
export const WatchSnapshot = Type.Object({
  type: Type.Literal('snapshot'),
  cursor: Type.String({ description: 'bootId:seq' }),
  projects: Type.Array(Project),
  cronJobs: Type.Array(CronJob),
  functions: Type.Array(Function),
})
export type WatchSnapshot = Static<typeof WatchSnapshot>

const put = <T extends string, S extends Parameters<typeof Type.Array>[0]>(kind: T, object: S) =>
  Type.Object({ type: Type.Literal('put'), cursor: Type.String(), kind: Type.Literal(kind), object })

/** Progress of a deployment that is under way. */
export const DeploymentProgress = Type.Object({
  functionId: Id,
  revision: Type.Integer(),
  message: Type.String(),
  done: Type.Boolean(),
})
export type DeploymentProgress = Static<typeof DeploymentProgress>

/** One change after the snapshot. A put of an unknown id adds it. */
export const WatchChange = Type.Union([
  put('project', Project),
  put('cronJob', CronJob),
  put('function', Function),
  put('execution', ExecutionSummary),
  put('deployment', DeploymentProgress),
  Type.Object({
    type: Type.Literal('delete'),
    cursor: Type.String(),
    kind: OneOf(['project', 'cronJob', 'function'] as const),
    id: Id,
  }),
])
export type WatchChange = Static<typeof WatchChange>

/** The gateway is about to stop; `reason` is a sentence. */
export const WatchBye = Type.Object({ type: Type.Literal('bye'), reason: Type.String() })

/** Every message of `WS /api/v1/watch`. A client sends none: its cursor is in the query (`?cursor=`). */
export const WatchMessage = Type.Union([WatchSnapshot, WatchChange, WatchBye])
export type WatchMessage = Static<typeof WatchMessage>
