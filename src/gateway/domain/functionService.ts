import type { FunctionDebug } from '../../contract/debug.ts'
import type { FunctionAccess, FunctionDeploy } from '../../contract/functions.ts'
import { HksError } from '../../contract/errors.ts'
import { readWhole } from './answerStream.ts'
import { authorize, type Caller } from './caller.ts'
import type { Clock } from './clock.ts'
import type { Directory, FoundFunction } from './directory.ts'
import type { FunctionRecord, FunctionSpec, InvocationRequest, TrafficShare } from './function.ts'
import { contentOf, sourceOf } from './functionContent.ts'
import type { DebugSession } from './functionDebug.ts'
import { refuseWhenCalled } from './functionCallers.ts'
import type { FunctionCalls, RunningCall } from './functionCalls.ts'
import { refuseAgentDebugging, trustOf } from './functionProfile.ts'
import { resourcesOf } from './functionResources.ts'
import { scalingOf } from './functionScaling.ts'
import type { SourceTools } from './functionSource.ts'
import { linkedController } from './linkedController.ts'
import { checkShares, sharesOfRollBack } from './functionTraffic.ts'
import type { Perform } from './operation.ts'
import type { Functions, Provider } from './ports.ts'
import { requirePresent } from './project.ts'
import { refuseRepeatedVariables } from './secretVariables.ts'
import { environmentTexts, refuseZeroBytes } from './zeroBytes.ts'

/** A deployment as it was asked for. */
export type DeployInput = FunctionDeploy & { readonly projectRef: string }

/** `going on`: it was not settled within the time that the caller waits. */
export interface DeployResult {
  readonly function: FunctionRecord
  readonly outcome: 'created' | 'updated' | 'going on'
}

/** How a call of a function by a schedule ended. */
export interface ScheduledCall {
  readonly status: number
  /** The beginning of it, when it came bit by bit. */
  readonly body: Uint8Array
  readonly bytes: number
  /** One sentence when the platform made the answer. */
  readonly message?: string
}

/** How a call is made and recorded. */
export interface InvokeHow {
  readonly diagnostics: boolean
  readonly source: 'invoke' | 'url'
  /** The id that the caller chose for the call. */
  readonly id?: string
  /** Aborted when the caller goes away, and by what cancels the call. Without one nobody waits, and the answer is kept. */
  readonly stop?: AbortController
}

/** Operations on functions. */
export interface FunctionService {
  /** Answers when the revision serves, when it can't, or after `waitSeconds`. @throws HksError DEPLOY_FAILED … */
  deploy(caller: Caller, input: DeployInput): Promise<DeployResult>
  /** By name. */
  list(caller: Caller, projectRef: string): Promise<readonly FunctionRecord[]>
  get(caller: Caller, id: string): Promise<FunctionRecord>
  /** The canonical tar of the serving revision. */
  source(caller: Caller, id: string): Promise<Uint8Array | undefined>
  /** @throws HksError CONFLICT naming the CronJobs that call it, unless `force` says that their runs may fail */
  remove(caller: Caller, id: string, options: { readonly force: boolean }): Promise<void>
  /** Answers nothing when the function was new. @throws HksError NOT_FOUND, CONFLICT when none is under way */
  cancelDeployment(caller: Caller, id: string): Promise<FunctionRecord | undefined>
  /** @throws HksError INVALID_REQUEST, CONFLICT, UNSUPPORTED_PLATFORM where one revision at a time serves */
  setTraffic(caller: Caller, id: string, shares: readonly TrafficShare[]): Promise<FunctionRecord>
  /** Leads all calls to a revision; by default to the newest ready one before that which serves. */
  rollBack(caller: Caller, id: string, revision: number | undefined): Promise<FunctionRecord>
  access(caller: Caller, id: string): Promise<FunctionAccess>
  /** @throws HksError CONFLICT when a call has the chosen id */
  invoke(caller: Caller, id: string, request: InvocationRequest, options: InvokeHow): Promise<RunningCall>
  /** Begins to debug it; the session is the caller's to close. @throws HksError INVALID_REQUEST, CONFLICT … */
  debug(caller: Caller, id: string, request: FunctionDebug, signal: AbortSignal): Promise<DebugSession>
  /** For the function's own URL, which checks the headers itself. @throws HksError NOT_FOUND */
  urlAccess(id: string): Promise<FunctionAccess & { readonly projectId: string }>
  callForSchedule(
    functionId: string,
    payload: unknown,
    executionId: string,
    signal: AbortSignal,
  ): Promise<ScheduledCall>
}

/** What {@link createFunctionService} needs. */
export interface FunctionServiceOptions {
  readonly directory: Directory
  readonly calls: FunctionCalls
  readonly clock: Clock
  readonly perform: Perform
  readonly tools: SourceTools
}

/** Seconds a deployment is waited for; Kubernetes pulls and starts a small image in less. */
const defaultWaitSeconds = 60
/** Seconds a call may take, as on Knative's smallest setups. */
export const defaultTimeoutSeconds = 30

/** What is held of an answer that comes bit by bit; a run's log takes less. */
const largestScheduledAnswer = 1024 * 1024

/** Makes the service. */
export function createFunctionService(options: FunctionServiceOptions): FunctionService {
  const { directory, clock, perform } = options
  const { call, refuseTaken } = options.calls

  const find = async (caller: Caller, id: string, scope: 'read' | 'invoke') => {
    const found = await directory.function(id)
    authorize(caller, scope, found.function.projectId)
    return found
  }
  /** A new function is deployed before it is there. */
  const findDeployed = async (id: string) => {
    for (const { functions } of directory.providers.all()) {
      const step = functions?.deployments().find(({ functionId }) => functionId === id)
      if (functions && step) return { functions, projectId: step.projectId }
    }
    const { functions, function: fn } = await directory.function(id)
    return { functions, projectId: fn.projectId }
  }
  const change = async <T>(
    caller: Caller,
    id: string,
    action: string,
    work: (found: FoundFunction) => Promise<T>,
  ): Promise<T> => {
    const found = await directory.function(id)
    const { projectId } = found.function
    return perform(caller, { scope: 'deploy', action, resource: id, projectId }, () => work(found))
  }
  const deploy = async (
    caller: Caller,
    input: DeployInput,
    provider: Provider,
    projectId: string,
  ): Promise<DeployResult> => {
    const functions = functionsOf(provider)
    const spec = specOf(caller, input)
    refuseZeroBytes(environmentTexts(spec.environment))
    refuseRepeatedVariables(spec.secrets)
    const begun = clock.now()
    const source = await sourceOf(spec, input.source, options.tools)
    const answerBy = begun + (input.waitSeconds ?? defaultWaitSeconds) * 1000
    const how = { answerBy, transient: input.transient === true }
    const { function: record, created, settled } = await functions.deploy(projectId, spec, source, how)
    const timeUp = Promise.withResolvers<undefined>()
    using _timer = clock.callAfter(Math.max(0, answerBy - clock.now()), () => timeUp.resolve(undefined))
    const done = await Promise.race([settled, timeUp.promise])
    if (!done) return { function: (await functions.get(record.id)) ?? record, outcome: 'going on' }
    return { function: done, outcome: created ? 'created' : 'updated' }
  }

  return {
    deploy: async (caller, input) => {
      const { provider, project } = await directory.project(input.projectRef)
      const subject = {
        scope: 'deploy',
        action: 'function.deploy',
        resource: input.name,
        projectId: project.id,
      } as const
      return perform(caller, subject, () => {
        requirePresent(project)
        return deploy(caller, input, provider, project.id)
      })
    },
    list: async (caller, projectRef) => {
      const { provider, project } = await directory.project(projectRef)
      authorize(caller, 'read', project.id)
      return functionsOf(provider).list(project.id)
    },
    get: async (caller, id) => (await find(caller, id, 'read')).function,
    source: async (caller, id) => (await find(caller, id, 'read')).functions.source(id),
    remove: (caller, id, { force }) =>
      change(caller, id, 'function.delete', async ({ provider, functions, function: fn }) => {
        if (!force) refuseWhenCalled(fn, await provider.cronJobs.list(fn.projectId))
        await functions.remove(fn.id)
      }),
    cancelDeployment: async (caller, id) => {
      const { functions, projectId } = await findDeployed(id)
      const subject = { scope: 'deploy', action: 'function.cancelDeployment', resource: id, projectId } as const
      return perform(caller, subject, () => functions.cancelDeployment(id))
    },
    setTraffic: (caller, id, shares) => change(caller, id, 'function.setTraffic', found => setTraffic(found, shares)),
    rollBack: (caller, id, revision) =>
      change(caller, id, 'function.rollBack', found => setTraffic(found, sharesOfRollBack(found.function, revision))),
    access: async (caller, id) => (await find(caller, id, 'invoke')).functions.access(id),
    invoke: async (caller, id, request, how) => {
      const { functions, function: fn } = await find(caller, id, 'invoke')
      if (how.id !== undefined) await refuseTaken(how.id)
      return call({ functions, function: fn, request, ...how })
    },
    debug: (caller, id, request, signal) =>
      change(caller, id, 'function.debug', async ({ provider, functions, function: fn }) => {
        refuseAgentDebugging(caller)
        const project = await provider.projects.get(fn.projectId)
        if (!functions.debug || project?.path === undefined) {
          throw new HksError('UNSUPPORTED_PLATFORM', `The connection "${provider.connection}" can not debug functions.`)
        }
        requirePresent(project)
        return functions.debug(id, { ...request, projectFolder: project.path }, signal)
      }),
    urlAccess: async id => {
      const { functions, function: record } = await directory.function(id)
      return { ...(await functions.access(id)), projectId: record.projectId }
    },
    callForSchedule: async (functionId, payload, executionId, signal) => {
      const found = await directory.function(functionId)
      const request = scheduledRequest(payload, executionId)
      const stop = linkedController(signal)
      const { response } = call({ ...found, request, source: 'schedule', diagnostics: true, stop })
      const whole = await readWhole(await response, largestScheduledAnswer)
      const { status, body, code, message, exception } = whole.response
      if (code === undefined) return { status, body, bytes: whole.bytes }
      return {
        status,
        body,
        bytes: whole.bytes,
        message: exception ? `${exception.type}: ${exception.message}` : (message ?? code),
      }
    },
  }
}

function setTraffic({ provider, functions, function: fn }: FoundFunction, shares: readonly TrafficShare[]) {
  if (!functions.setTraffic) {
    throw new HksError(
      'UNSUPPORTED_PLATFORM',
      `On the connection "${provider.connection}" one revision of a function serves at a time.`,
      { hint: 'Deploy the former source again.' },
    )
  }
  checkShares(fn, shares)
  return functions.setTraffic(fn.id, shares)
}

function functionsOf(provider: Provider): Functions {
  if (provider.functions) return provider.functions
  throw new HksError('UNSUPPORTED_PLATFORM', `The connection "${provider.connection}" can not run functions.`)
}

function specOf(caller: Caller, input: DeployInput): FunctionSpec {
  return {
    name: input.name,
    ...contentOf(input),
    ...(input.description === undefined ? {} : { description: input.description }),
    environment: input.environment ?? {},
    secrets: input.secrets ?? [],
    timeoutSeconds: input.timeout ?? defaultTimeoutSeconds,
    scaling: scalingOf(input.scaling),
    resources: resourcesOf(input.resources),
    ...trustOf(caller, input),
    public: input.public ?? false,
  }
}

const scheduledRequest = (payload: unknown, executionId: string): InvocationRequest => {
  const isEmpty = payload === undefined || payload === null
  return {
    method: 'POST',
    path: '/',
    query: '',
    headers: { 'hks-execution-id': executionId, ...(isEmpty ? {} : { 'content-type': 'application/json' }) },
    body: isEmpty ? new Uint8Array() : new TextEncoder().encode(JSON.stringify(payload)),
  }
}
