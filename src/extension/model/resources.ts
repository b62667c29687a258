import type { Connection } from '../../contract/connections.ts'
import type { CronJob } from '../../contract/cronJobs.ts'
import type { ExecutionSummary } from '../../contract/executions.ts'
import type { Function } from '../../contract/functions.ts'
import type { SandboxStatus } from '../../contract/gateway.ts'
import type { FunctionCalls, Invocation } from '../../contract/invocations.ts'
import type { Project } from '../../contract/projects.ts'
import type { DeploymentProgress, WatchChange, WatchSnapshot } from '../../contract/watch.ts'

/** Everything the views show, as the gateway last told it. Never changed in place. */
export interface Resources {
  readonly connections: ReadonlyMap<string, Connection>
  readonly projects: ReadonlyMap<string, Project>
  readonly cronJobs: ReadonlyMap<string, CronJob>
  readonly functions: ReadonlyMap<string, Function>
  /** Deployments under way, by the function's id; that of a new function before the function. */
  readonly deployments: ReadonlyMap<string, DeploymentProgress>
  /** Calls under way that take long, by their id. */
  readonly invocations: ReadonlyMap<string, Invocation>
  /** How functions were called lately, by their ids. */
  readonly calls: ReadonlyMap<string, FunctionCalls>
  /** Absent until the gateway has looked for one. */
  readonly sandbox?: SandboxStatus
}

/** Before the first snapshot. */
export const noResources: Resources = {
  connections: new Map(),
  projects: new Map(),
  cronJobs: new Map(),
  functions: new Map(),
  deployments: new Map(),
  invocations: new Map(),
  calls: new Map(),
}

/** Whether something goes on whose clock ticks: a run, a deployment, a call. */
export const goesOn = ({ cronJobs, deployments, invocations }: Resources): boolean =>
  deployments.size > 0 ||
  invocations.size > 0 ||
  [...cronJobs.values()].some(job => job.recentExecutions.some(execution => execution.status === 'running'))

/** The state that a snapshot gives. */
export function fromSnapshot(snapshot: WatchSnapshot): Resources {
  const byId = <T extends { readonly id: string }>(items: readonly T[]): Map<string, T> =>
    new Map(items.map(item => [item.id, item]))
  return {
    connections: byId(snapshot.connections),
    projects: byId(snapshot.projects),
    cronJobs: byId(snapshot.cronJobs),
    functions: byId(snapshot.functions),
    deployments: new Map(snapshot.deployments.map(deployment => [deployment.functionId, deployment])),
    invocations: byId(snapshot.invocations),
    calls: new Map(snapshot.calls.map(calls => [calls.functionId, calls])),
    ...(snapshot.sandbox && { sandbox: snapshot.sandbox }),
  }
}

/** The state after one change. */
export function applyChange(state: Resources, change: WatchChange): Resources {
  if (change.type === 'delete') return without(state, change.kind, change.id)
  switch (change.kind) {
    case 'connection':
      return { ...state, connections: put(state.connections, change.object.id, change.object) }
    case 'project':
      return { ...state, projects: put(state.projects, change.object.id, change.object) }
    case 'cronJob':
      return { ...state, cronJobs: put(state.cronJobs, change.object.id, change.object) }
    case 'function':
      return { ...state, functions: put(state.functions, change.object.id, change.object) }
    case 'execution':
      return withExecution(state, change.object)
    case 'deployment':
      return withDeployment(state, change.object)
    case 'invocation':
      return withInvocation(state, change.object)
    case 'calls':
      return { ...state, calls: put(state.calls, change.object.functionId, change.object) }
    case 'sandbox':
      return { ...state, sandbox: change.object }
  }
}

function without(state: Resources, kind: 'connection' | 'project' | 'cronJob' | 'function', id: string): Resources {
  if (kind === 'connection') return { ...state, connections: removed(state.connections, id) }
  if (kind === 'cronJob') return { ...state, cronJobs: removed(state.cronJobs, id) }
  if (kind === 'function')
    return {
      ...state,
      functions: removed(state.functions, id),
      deployments: removed(state.deployments, id),
      calls: removed(state.calls, id),
    }
  return { ...state, projects: removed(state.projects, id) }
}

/** Of several of one function, the newest is shown. */
function withDeployment(state: Resources, progress: DeploymentProgress): Resources {
  const { functionId, revision, done } = progress
  if ((state.deployments.get(functionId)?.revision ?? 0) > revision) return state
  const { deployments } = state
  return { ...state, deployments: done ? removed(deployments, functionId) : put(deployments, functionId, progress) }
}

function withInvocation(state: Resources, invocation: Invocation): Resources {
  const { invocations } = state
  const { id, outcome } = invocation
  return {
    ...state,
    invocations: outcome === 'running' ? put(invocations, id, invocation) : removed(invocations, id),
  }
}

function withExecution(state: Resources, execution: ExecutionSummary): Resources {
  const job = state.cronJobs.get(execution.applicationId)
  if (job === undefined) return state
  const others = job.recentExecutions.filter(e => e.id !== execution.id)
  const recentExecutions = [...others, execution]
    .sort((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt))
    // As the gateway tells it: one that is still in progress can be stopped.
    .filter((run, index) => index < 5 || run.status === 'running')
  return { ...state, cronJobs: put(state.cronJobs, job.id, { ...job, recentExecutions }) }
}

const put = <T>(map: ReadonlyMap<string, T>, id: string, item: T): Map<string, T> => new Map(map).set(id, item)

function removed<T>(map: ReadonlyMap<string, T>, id: string): Map<string, T> {
  const copy = new Map(map)
  copy.delete(id)
  return copy
}
