import { createKeyedQueue } from '../../../../base/queue.ts'
import { functionTokenHeader } from '../../../../contract/headers.ts'
import { HksError, invalidField, notFound } from '../../../../contract/errors.ts'
import type { SandboxStatus } from '../../../../contract/gateway.ts'
import type { CallFacts, FunctionSpec, InvocationResponse, RevisionRecord } from '../../../domain/function.ts'
import { platformAnswer } from '../../../domain/functionAnswer.ts'
import type { FunctionScaling } from '../../../domain/functionScaling.ts'
import type { StoredFunction } from '../../../domain/localState.ts'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { createBytesMask } from '../maskSecrets.ts'
import { createBuilders } from './builders.ts'
import { createCodeStore } from './codeStore.ts'
import { createConfinementRules, isStricter, refuseWithoutProxy, refusingUnconfined } from './confinement.ts'
import { createDebugLauncher } from './debugLauncher.ts'
import { createDebugSessions } from './debugSessions.ts'
import { createDeployments } from './deployment.ts'
import { createFunctionLog } from './functionLog.ts'
import type { CallOutcome } from './functionPool.ts'
import { createFunctionRecords, listedRevisions } from './functionRecords.ts'
import { createFunctionSandboxing, toSandboxStatus } from './functionSandboxing.ts'
import { createFunctionTokens } from './functionTokens.ts'
import { createInterpreters } from './interpreters.ts'
import type { LocalFunctionsDeps, LocalFunctionsHost } from './localFunctionsHost.ts'
import { createPrepareRevision } from './prepareRevision.ts'
import { createProcessPool } from './processPool.ts'
import { createRuntimeCommands } from './runtimeCommands.ts'
import { createRuntimeLauncher, kindOf } from './runtimeLauncher.ts'
import { localScaling } from './scaling.ts'
import { createServings } from './servings.ts'
import { settleInterrupted } from './settleInterrupted.ts'
import { createSpareInstances } from './spareInstances.ts'
import { createTransientSources } from './transientSources.ts'

const defaultIdleSeconds = 300
/** Start of a process and import of the code; a module that needs longer most likely hangs. */
const defaultLoadSeconds = 60
const defaultWarmProcesses = 8
/** A call waits a little longer than a start may take, so that a start that fails is told to those who wait for it. */
const queueMarginSeconds = 5
/** Loaded processes that wait for functions whose code takes long to load. */
const mostSpares = 4
/** A syntax error shows within this time unless the imports before it are slow. */
const checkSeconds = 5
/** What calls under way get when their function is deleted. */
const removalGraceSeconds = 5
/** A call that never waited and that no process took. */
const unserved = { queueMs: 0, sandbox: 'none' } as const
/** The platform finds processes by them. */
const reservedVariables = ['HKS_RUN_ID', 'HKS_HOME_ID']

/** Functions on this machine: each in processes of its own that are started by calls and end when none come. */
export function createLocalFunctions(deps: LocalFunctionsDeps): LocalFunctionsHost {
  const { state, changes, clock, newId, logs } = deps
  const turns = createKeyedQueue()
  const code = createCodeStore(join(deps.dataFolder, 'functions'), newId)
  const tokens = createFunctionTokens(deps.dataFolder)
  const interpreters = createInterpreters(deps)
  const log = createFunctionLog(logs, clock.now, deps.report)
  const records = createFunctionRecords({
    state,
    changes,
    replicas: id => servings.replicas(id),
    url: id => `${deps.origin()}/f/${id}`,
    scaling: asked => scaling(asked),
  })
  const processors = deps.processors ?? availableParallelism()
  const scaling = (asked: FunctionScaling) => localScaling(asked, processors)
  const loadSeconds = deps.loadSeconds ?? defaultLoadSeconds
  const warmProcesses = deps.warmProcesses ?? defaultWarmProcesses
  const spares = createSpareInstances({
    clock,
    most: Math.min(mostSpares, warmProcesses),
    isPressed: deps.isMemoryShort ?? (() => false),
  })
  const sandboxing = createFunctionSandboxing(deps)
  const rules = createConfinementRules(deps.allowUnsandboxedAgents ?? false)
  const builders = createBuilders(deps, sandboxing, interpreters)
  const launching = {
    ...deps,
    ...sandboxing,
    rules,
    commandOf: createRuntimeCommands({ ...deps, ...sandboxing, interpreters, goLauncher: builders.goLauncher }),
  }
  const pool = createProcessPool({
    ...deps,
    rules,
    launch: createRuntimeLauncher(launching),
    loadSeconds,
    warmProcesses,
    onLines: ({ functionId }, lines) => log.write(functionId, lines),
  })
  const debugging = createDebugSessions({
    ...deps,
    log,
    launch: createDebugLauncher(launching),
    startSeconds: loadSeconds,
  })
  let stopped = false
  let found: SandboxStatus | undefined

  const refuseWhenStopped = () => {
    if (stopped) throw new HksError('GATEWAY_DRAINING', 'The gateway is about to stop.')
  }
  const required = async (id: string): Promise<StoredFunction> => {
    const stored = await state.get(id)
    if (!stored) throw notFound('function', id)
    return stored
  }
  const servingRevision = async (id: string): Promise<RevisionRecord> => {
    const { serving } = await required(id)
    const revision = (await state.revisions(id)).find(({ number }) => number === serving)
    if (!revision) throw new HksError('FUNCTION_UNAVAILABLE', 'No revision of the function serves.')
    return revision
  }
  const prepare = refusingUnconfined(
    createPrepareRevision({ code, secrets: deps.secrets, builderOf: builders.of, log, processors }),
    rules,
    sandboxing.sandboxes.support,
  )
  const servings = createServings({
    pool,
    spares,
    clock,
    processors,
    idleSeconds: deps.idleSeconds ?? defaultIdleSeconds,
    queueSeconds: deps.queueSeconds ?? loadSeconds + queueMarginSeconds,
    prepare: async (id, signal) => prepare((await required(id)).projectId, await servingRevision(id), signal),
    onReplicas: id => void records.publish(id).catch(deps.report),
    onEvent: log.system,
  })
  const deployments = createDeployments({
    deps,
    records,
    code,
    log,
    checkSeconds,
    serving: async id => servings.of(id, await state.get(id)),
    scaling,
    forgetServing: id => servings.end(id, 0),
    prepare,
    noteSource: digest => sources.note(digest),
    sweepSources: () => {
      if (!stopped) void sources.sweep().catch(deps.report)
    },
    inTurn: (projectId, name, work) => turns.add(`${projectId}/${name}`, work),
    onFailure: error => {
      if (error instanceof HksError && (error.code === 'INTERNAL' || error.code === 'STORE_FAILED')) deps.report(error)
    },
  })
  const sources = createTransientSources({
    isUsed: async digest => deployments.digests().has(digest) || (await state.hasSource(digest)),
    removeIf: (digest, may) =>
      code.removeIf(digest, async () => {
        if (!(await may())) return false
        await builders.remove(digest)
        return true
      }),
    onRemoved: () => sandboxing.slots.prune(),
  })
  const renew = async (projectId: string, changed: ReadonlySet<string>) => {
    for (const [id, serving] of servings.all()) {
      const stored = await state.get(id)
      // One that is deployed for the first time is not stored yet.
      if (!stored || stored.projectId === projectId) serving.renew(changed)
    }
  }
  const secretChanges = deps.secrets.subscribe((projectId, changed) => renew(projectId, changed).catch(deps.report))
  sandboxing.sandboxes.subscribe((now, before) => {
    found = toSandboxStatus(now)
    changes.publish({ kind: 'sandbox', sandbox: found })
    if (before === undefined || before.level === now.level) return
    pool.setLevel(now.level)
    if (isStricter(now.level, before.level)) for (const [, serving] of servings.all()) serving.renewAll()
    void keepReady().catch(deps.report)
  })
  const digestsInUse = async (): Promise<ReadonlySet<string>> => {
    const digests = new Set(deployments.digests())
    for (const { id, serving } of await state.list()) {
      const revisions = await state.revisions(id)
      // The one that serves may be older than five that failed.
      const kept = [...revisions.slice(0, listedRevisions), ...revisions.filter(({ number }) => number === serving)]
      for (const { sourceDigest } of kept) digests.add(sourceDigest)
    }
    return digests
  }
  const erase = async ({ id }: StoredFunction) => {
    await servings.end(id, removalGraceSeconds)
    const used = (await state.revisions(id)).map(revision => revision.sourceDigest)
    await state.remove(id)
    await tokens.remove(id)
    await deps.invocations.removeFunction(id)
    await logs.remove(id)
    const kept = await digestsInUse()
    for (const digest of used.filter(one => !kept.has(one))) {
      await code.remove(digest)
      await builders.remove(digest)
    }
    await sandboxing.slots.prune()
    await keepReady()
  }
  /** A process waits for each language that a function here is written in and that this machine can run. */
  const keepReady = async () => {
    const { level } = await sandboxing.sandboxes.support()
    const specs = (await state.list()).map(({ spec }) => spec).filter(spec => rules.isConfined(spec, level))
    const found = await Promise.allSettled(
      specs.map(async spec => (await interpreters.find(spec.runtime, spec.runtimeVersion), kindOf(spec))),
    )
    if (!stopped) pool.keepReady(new Set(found.flatMap(each => (each.status === 'fulfilled' ? [each.value] : []))))
  }

  return {
    list: records.list,
    get: records.get,
    deploy: async (projectId, spec, source, options) => {
      refuseWhenStopped()
      refuseReserved(spec)
      refuseWithoutProxy(spec, await interpreters.find(spec.runtime, spec.runtimeVersion))
      const deployed = await deployments.deploy(projectId, spec, source, options)
      void keepReady().catch(deps.report)
      return deployed
    },
    cancelDeployment: async id => {
      if ((await deployments.cancel(id)) === 0) {
        const { spec } = await required(id)
        throw new HksError('CONFLICT', `No deployment of "${spec.name}" is under way.`)
      }
      return records.get(id)
    },
    deployments: deployments.steps,
    source: async id => {
      const stored = await required(id)
      return stored.serving === 0 ? undefined : code.tar((await servingRevision(id)).sourceDigest)
    },
    invoke: async (id, invocationId, request, { signal }) => {
      refuseWhenStopped()
      const stored = await required(id)
      const { spec, serving: number, status } = stored
      const debugged = debugging.of(id)
      if (!debugged && (number === 0 || status === 'deleting')) {
        const message = `No revision of "${spec.name}" serves${status === 'deploying' ? ' yet' : ''}.`
        return platformAnswer('FUNCTION_UNAVAILABLE', message, { ...unserved, coldStart: false, revision: 0 })
      }
      const { outcome, ...served } = await (debugged ?? servings.of(id, stored)).call({ invocationId, request, signal })
      return toResponse(outcome, { ...unserved, ...served })
    },
    access: async id => {
      const { spec } = await required(id)
      const headers = spec.public ? {} : { [functionTokenHeader]: await tokens.of(id) }
      return { url: `${deps.origin()}/f/${id}`, headers }
    },
    mask: async id => {
      const { projectId, spec } = await required(id)
      return createBytesMask(await deps.secrets.known(projectId, spec.secrets))
    },
    debug: async (id, request, signal) => {
      refuseWhenStopped()
      return debugging.open(await required(id), request, signal)
    },
    remove: async id => {
      const { projectId, spec } = await required(id)
      await Promise.all([deployments.cancel(id), debugging.end(id)])
      await turns.add(`${projectId}/${spec.name}`, async () => {
        const stored = await state.get(id)
        if (!stored) return
        await records.update(id, found => ({ ...found, status: 'deleting', updatedAt: clock.now() }))
        await deployments.cancel(id)
        await erase(stored)
        changes.publish({ kind: 'deleted', what: 'function', id })
      })
    },
    start: async () => {
      await sandboxing.clear()
      for (const stored of await state.list()) {
        if (stored.status === 'deleting') await erase(stored)
        else await settleInterrupted(state, stored, clock.now())
      }
      const digests = await digestsInUse()
      await code.keepOnly(digests)
      await builders.keepOnly(digests)
      // In the background; what is missing is said by the call.
      void keepReady().catch(deps.report)
      for (const runtime of new Set((await state.list()).map(({ spec }) => spec.runtime))) {
        void builders
          .of(runtime)
          .warm()
          .catch(() => undefined)
      }
      for (const stored of await state.list()) {
        if (stored.serving > 0 && stored.spec.scaling.minScale > 0) servings.of(stored.id, stored).fill()
      }
    },
    stop: async graceSeconds => {
      stopped = true
      secretChanges[Symbol.dispose]()
      await debugging.stop()
      await deployments.stop()
      await builders.stop()
      await servings.stop(graceSeconds)
      await spares.stop()
      await pool.stop()
      await sandboxing.stop()
      await sources.settled()
    },
    load: () => ({
      ready: pool.ready,
      functions: new Map(
        [...servings.all()].map(([id, { replicas, waiting }]) => [id, { processes: replicas, queued: waiting }]),
      ),
    }),
    runtimeInfo: interpreters.list,
    sandboxInfo: sandboxing.info,
    sandbox: {
      current: () => found,
      check: async () => {
        await sandboxing.sandboxes.check()
      },
    },
    deployedCount: async () => (await state.list()).filter(({ status }) => status !== 'deleting').length,
  }
}

function refuseReserved({ environment, secrets }: FunctionSpec): void {
  for (const name of reservedVariables) {
    if (name in environment) throw invalidField(`environment.${name}`, environment[name], 'is reserved.')
    const at = secrets.findIndex(secret => secret.name === name)
    if (at >= 0) throw invalidField(`secrets.${at}.name`, name, 'is reserved.')
  }
}

function toResponse(outcome: CallOutcome, context: CallFacts): InvocationResponse {
  if (outcome.kind === 'answer') {
    const { kind: _kind, ...answer } = outcome
    return { ...answer, ...context }
  }
  const { code, message, exception } = outcome
  return platformAnswer(code, message, { ...context, ...(exception ? { exception } : {}) })
}
