import { type Static, Type } from 'typebox'
import { Id, Instant, OneOf } from './common.ts'
import { Connection } from './connections.ts'
import { CronJob } from './cronJobs.ts'
import { ExecutionSummary } from './executions.ts'
import { Function } from './functions.ts'
import { SandboxStatus } from './gateway.ts'
import { FunctionCalls, Invocation } from './invocations.ts'
import { Project } from './projects.ts'

/** What a deployment does before it serves, in this order; what a function does not need is left out. */
export const deploymentPhases = ['checking', 'installing', 'building', 'pushing', 'starting'] as const
/** One of {@link deploymentPhases}. */
export type DeploymentPhase = (typeof deploymentPhases)[number]

/** How a deployment can end. */
export const deploymentOutcomes = ['ready', 'failed', 'cancelled'] as const
/** One of {@link deploymentOutcomes}. */
export type DeploymentOutcome = (typeof deploymentOutcomes)[number]

/**
 * What a deployment does now, or how it ended. It is told from its beginning: that of a new function before the function
 * itself, which is there when its source has been looked at.
 */
export const DeploymentProgress = Type.Object({
  functionId: Id,
  projectId: Id,
  name: Type.String(),
  revision: Type.Integer(),
  startedAt: Instant,
  phase: OneOf(deploymentPhases),
  message: Type.String({ description: 'A few words, such as "installing 3 of 12 packages"; a sentence when done' }),
  completed: Type.Optional(
    Type.Integer({ description: 'Packages that are there, while it is installing; bytes, while it is pushing' }),
  ),
  total: Type.Optional(Type.Integer()),
  done: Type.Boolean(),
  outcome: Type.Optional(OneOf(deploymentOutcomes)),
})
export type DeploymentProgress = Static<typeof DeploymentProgress>

/** Everything a view shows, at one moment. */
export const WatchSnapshot = Type.Object({
  type: Type.Literal('snapshot'),
  cursor: Type.String({ description: 'bootId:seq' }),
  connections: Type.Array(Connection, { description: 'local first' }),
  projects: Type.Array(Project),
  cronJobs: Type.Array(CronJob),
  functions: Type.Array(Function),
  deployments: Type.Array(DeploymentProgress, { description: 'Those under way' }),
  invocations: Type.Array(Invocation, { description: 'Calls under way that have taken a second, at most 100' }),
  calls: Type.Array(FunctionCalls, { description: 'Of functions that were called' }),
  sandbox: Type.Optional(SandboxStatus),
})
export type WatchSnapshot = Static<typeof WatchSnapshot>

const put = <T extends string, S extends Parameters<typeof Type.Array>[0]>(kind: T, object: S) =>
  Type.Object({ type: Type.Literal('put'), cursor: Type.String(), kind: Type.Literal(kind), object })

/** One change after the snapshot. A put of an unknown id adds it. */
export const WatchChange = Type.Union([
  put('connection', Connection),
  put('project', Project),
  put('cronJob', CronJob),
  put('function', Function),
  put('execution', ExecutionSummary),
  put('deployment', DeploymentProgress),
  put('invocation', Invocation),
  put('calls', FunctionCalls),
  put('sandbox', SandboxStatus),
  Type.Object({
    type: Type.Literal('delete'),
    cursor: Type.String(),
    kind: OneOf(['connection', 'project', 'cronJob', 'function'] as const),
    id: Id,
  }),
])
export type WatchChange = Static<typeof WatchChange>

/** The gateway is about to stop; `reason` is a sentence. */
export const WatchBye = Type.Object({ type: Type.Literal('bye'), reason: Type.String() })

/** Every message of `WS /api/v1/watch`. A client sends none: its cursor is in the query (`?cursor=`). */
export const WatchMessage = Type.Union([WatchSnapshot, WatchChange, WatchBye])
export type WatchMessage = Static<typeof WatchMessage>
