import { languageOf, requireSource } from '../../../domain/functionContent.ts'
import { createKeyedQueue } from '../../../../base/queue.ts'
import { functionTokenHeader } from '../../../../contract/headers.ts'
import { HksError, notFound } from '../../../../contract/errors.ts'
import type { SandboxStatus } from '../../../../contract/gateway.ts'
import type { FunctionScaling } from '../../../domain/functionScaling.ts'
import type { StoredFunction } from '../../../domain/localState.ts'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { createBytesMask } from '../../../platform/maskSecrets.ts'
import { createBuilders } from './builders.ts'
import { callFunction } from './callFunction.ts'
import { createCodeStore } from './codeStore.ts'
import { createConfinementRules, isStricter, refuseWithoutProxy, refusingUnconfined } from './confinement.ts'
import { createDebugLauncher } from './debugLauncher.ts'
import { createDebugSessions } from './debugSessions.ts'
import { createDeployments } from './deployment.ts'
import { createEraseFunction } from './eraseFunction.ts'
import { createFunctionLog } from '../../../domain/functionLog.ts'
import { createFunctionRecords } from './functionRecords.ts'
import { createFunctionSandboxing, toSandboxStatus } from './functionSandboxing.ts'
import { createFunctionTokens } from './functionTokens.ts'
import { createInterpreters } from './interpreters.ts'
import type { LocalFunctionsDeps, LocalFunctionsHost } from './localFunctionsHost.ts'
import { neededKinds } from './neededKinds.ts'
import { createPrepareRevision } from './prepareRevision.ts'
import { createProcessPool } from './processPool.ts'
import { refuseReserved } from './refuseReserved.ts'
import { createRuntimeCommands } from './runtimeCommands.ts'
import { createRuntimeLauncher } from './runtimeLauncher.ts'
import { localScaling } from './scaling.ts'
import { createServings } from './servings.ts'
import { settleInterrupted } from './settleInterrupted.ts'
import { createSpareInstances } from './spareInstances.ts'
import { createStoredRevisions } from './storedRevisions.ts'
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

/** Functions on this machine: each in processes of its own that are started by calls and end when none come. */
export function createLocalFunctions(deps: LocalFunctionsDeps): LocalFunctionsHost {
  const { state, changes, clock, newId, logs } = deps
  const turns = createKeyedQueue()
  const code = createCodeStore(join(deps.dataFolder, 'functions'), newId)
  const revisions = createStoredRevisions(state)
  const tokens = createFunctionTokens(deps.dataFolder)
  const interpreters = createInterpreters(deps)
  const log = createFunctionLog(logs, clock.now, deps.report)
  const records = createFunctionRecords({
    state,
    changes,
    replicas: id => servings.replicas(id),
    isDebugged: id => debugging.of(id) !== undefined,
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
    assemble: builders.assemble,
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
    onChange: id => void records.publish(id).catch(deps.report),
    startSeconds: loadSeconds,
    packagesOf: async ({ id, serving }, signal) => {
      if (serving === 0) return undefined
      const { spec, sourceDigest: digest } = await revisions.serving(id)
      const folder = await code.find(digest)
      if (folder === undefined) return undefined
      const tell = { progress: () => undefined, line: (text: string) => log.system(id, text) }
      return (await builders.of(languageOf(spec)).build({ ...spec, digest, folder }, signal, tell)).packages?.folder
    },
  })
  let stopped = false
  let found: SandboxStatus | undefined

  const refuseWhenStopped = () => {
    if (stopped) throw new HksError('GATEWAY_DRAINING', 'The gateway is about to stop.')
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
    prepare: async (id, signal) =>
      prepare((await revisions.required(id)).projectId, await revisions.serving(id), signal),
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
  const digestsInUse = async () => new Set([...deployments.digests(), ...(await revisions.digests())])
  const eraseFunction = createEraseFunction({ deps, servings, tokens, code, builders, digestsInUse })
  const erase = async (stored: StoredFunction) => {
    await eraseFunction(stored)
    await sandboxing.slots.prune()
    await keepReady()
  }
  /** A process waits for each language that a function here is written in and that this machine can run. */
  const keepReady = async () => {
    const { level } = await sandboxing.sandboxes.support()
    const specs = (await state.list()).map(({ spec }) => spec)
    const kinds = await neededKinds(specs, level, rules, interpreters)
    if (!stopped) pool.keepReady(kinds)
  }

  return {
    list: records.list,
    get: records.get,
    deploy: async (projectId, spec, source, options) => {
      refuseWhenStopped()
      const code = requireSource(source)
      refuseReserved(spec)
      refuseWithoutProxy(spec, await interpreters.find(languageOf(spec), spec.runtimeVersion))
      const deployed = await deployments.deploy(projectId, spec, code, options)
      void keepReady().catch(deps.report)
      return deployed
    },
    cancelDeployment: async id => {
      if ((await deployments.cancel(id)) === 0) {
        const { spec } = await revisions.required(id)
        throw new HksError('CONFLICT', `No deployment of "${spec.name}" is under way.`)
      }
      return records.get(id)
    },
    deployments: deployments.steps,
    source: async id => {
      const stored = await revisions.required(id)
      return stored.serving === 0 ? undefined : code.tar((await revisions.serving(id)).sourceDigest)
    },
    invoke: async (id, invocationId, request, { signal }) => {
      refuseWhenStopped()
      const stored = await revisions.required(id)
      return callFunction(stored, { invocationId, request, signal }, debugging.of(id), () => servings.of(id, stored))
    },
    access: async id => {
      const { spec } = await revisions.required(id)
      const headers = spec.public ? {} : { [functionTokenHeader]: await tokens.of(id) }
      const message = `At the gateway on this machine, ${spec.public ? 'without a token' : "with the function's token"}.`
      return { url: `${deps.origin()}/f/${id}`, headers, way: 'gateway', message }
    },
    mask: async id => {
      const { projectId, spec } = await revisions.required(id)
      return createBytesMask(await deps.secrets.known(projectId, spec.secrets))
    },
    debug: async (id, request, signal) => {
      refuseWhenStopped()
      const session = await debugging.open(await revisions.required(id), request, signal)
      try {
        // Whoever stops or deletes ends only the sessions that there are.
        refuseWhenStopped()
        if ((await revisions.required(id)).status === 'deleting') throw notFound('function', id)
        return session
      } catch (error) {
        await session.close()
        throw error
      }
    },
    remove: async id => {
      const { projectId, spec } = await revisions.required(id)
      await Promise.all([deployments.cancel(id), debugging.end(id)])
      await turns.add(`${projectId}/${spec.name}`, async () => {
        const stored = await state.get(id)
        if (!stored) return
        await records.update(id, found => ({ ...found, status: 'deleting', updatedAt: clock.now() }))
        await Promise.all([deployments.cancel(id), debugging.end(id)])
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
      for (const runtime of new Set((await state.list()).map(({ spec }) => languageOf(spec)))) {
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
    targetBuilds: builders.targets,
    sandbox: {
      current: () => found,
      check: async () => {
        await sandboxing.sandboxes.check()
      },
    },
    deployedCount: async () => (await state.list()).filter(({ status }) => status !== 'deleting').length,
  }
}
