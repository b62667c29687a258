import { HksError, notFound } from '../../../../contract/errors.ts'
import type { ChangePublisher } from '../../../domain/changes.ts'
import type { Clock } from '../../../domain/clock.ts'
import { createDeploymentSteps } from '../../../domain/deploymentSteps.ts'
import type { FunctionRecord } from '../../../domain/function.ts'
import { createFunctionLog } from '../../../domain/functionLog.ts'
import type { LogStore } from '../../../domain/log.ts'
import type { InvocationStore } from '../../../domain/invocationStore.ts'
import type { Functions } from '../../../domain/ports.ts'
import { createBytesMask } from '../../../platform/maskSecrets.ts'
import { clusterClock } from '../clusterClock.ts'
import type { NamespaceScope } from '../namespaceScope.ts'
import type { FunctionImages } from '../images/functionImage.ts'
import type { CollectionState } from '../watch/watchedCollection.ts'
import { adoptDeployments } from './revisions/adoptDeployments.ts'
import { createFunctionCaller } from './calls/callFunction.ts'
import { deployedSource } from './content/deployedSource.ts'
import { explainBreak } from './calls/explainBreak.ts'
import { createFunctionDeployments } from './revisions/functionDeployments.ts'
import { followFunctionLogs } from './logs/functionLogs.ts'
import { keyField, keyName } from './objects/functionNames.ts'
import { createFunctionObjects, type Secret } from './objects/functionObjects.ts'
import type { FunctionSettings } from './functionSettings.ts'
import { createFunctionsView, type FollowObjects } from './functionsView.ts'
import type { Ingress } from './calls/ingress.ts'
import { createPendingRevisions } from './pendingRevisions.ts'
import { createImageMasks } from './logs/imageMasks.ts'
import { readLastLines } from './logs/readLastLines.ts'
import { createContentPlanner } from './content/revisionContents.ts'
import { createRevisionWatch } from './revisions/revisionWatch.ts'
import type { RuntimeProgram } from './objects/runtimeProgram.ts'
import { secretKeyOf } from './objects/serviceManifest.ts'
import { removeService } from './revisions/removeService.ts'
import { createRevisionSettlement } from './revisions/settleRevision.ts'
import { steadyObjects } from './revisions/steadyObjects.ts'
import { createObjectSweep, usualSweepMs } from './revisions/sweepObjects.ts'

/** The functions of one namespace, as Knative Services, with the life of what follows them. */
export interface NamespaceFunctions extends Functions {
  /** How well they are followed; without Knative there is nothing to follow. */
  state(): CollectionState
  /** Why there can be none; nothing where there can, or nobody knows. */
  noFunctions(): string | undefined
  lookAgain(): void
  onState(listener: () => void): Disposable
  /** Ends what was started here; the cluster goes on. */
  stop(): Promise<void>
}

/** What functions of a namespace need besides their scope. */
export interface NamespaceFunctionsDeps {
  readonly follow: FollowObjects
  readonly ingress: Ingress
  readonly settings: () => FunctionSettings
  readonly programOf: (runtime: RuntimeProgram['runtime']) => Promise<RuntimeProgram>
  /** Builds images for functions that need one of their own. */
  readonly images?: FunctionImages
  readonly changes: ChangePublisher
  readonly logs: LogStore
  readonly invocations: Pick<InvocationStore, 'removeFunction'>
  readonly clock: Clock
  readonly newId: () => string
  /** Receives failures that no caller waits for. */
  readonly report: (error: unknown) => void
  /** Milliseconds after which another gateway's deployment is taken over; default 10,000. */
  readonly adoptAfterMs?: number
  /** Milliseconds between two looks for what nothing uses; default {@link usualSweepMs}. */
  readonly sweepAfterMs?: number
}

const defaultAdoptAfterMs = 10_000

/** Functions in one namespace of a cluster with Knative. */
export function createNamespaceFunctions(scope: NamespaceScope, deps: NamespaceFunctionsDeps): NamespaceFunctions {
  const { changes, clock, logs, report } = deps
  const stopping = new AbortController()
  const signal = AbortSignal.any([scope.signal, stopping.signal])
  const own: NamespaceScope = { ...scope, signal }
  const objects = createFunctionObjects(own)
  const log = createFunctionLog(logs, clusterClock(clock, scope.client).now, report)
  const steps = createDeploymentSteps(changes, clock)
  const keys = new Map<string, string>()
  const forget = async (functionId: string) => {
    keys.delete(functionId)
    await deps.invocations.removeFunction(functionId)
    await logs.remove(functionId)
  }
  const pending = createPendingRevisions()
  const view = createFunctionsView({
    scope: own,
    pending,
    follow: deps.follow,
    changes,
    clock,
    onGone: id => void forget(id).catch(report),
  })
  const settlement = createRevisionSettlement(steadyObjects(objects, clock, signal), view, own)
  const traffic = createRevisionSettlement(objects, view, own)
  const masks = createImageMasks({ client: own.client, namespace: own.name, signal, clock, report })
  const watchRevision = createRevisionWatch({
    view,
    settlement,
    lastLines: (pod, previous) => readLastLines(own, pod, previous),
    masks,
    onWaiting: log.system,
  })
  const deployments = createFunctionDeployments({
    scope: own,
    view,
    objects,
    settlement,
    watchRevision,
    settings: deps.settings,
    planContent: createContentPlanner({ ...deps, client: scope.client }),
    pending,
    steps,
    log,
    removeLog: id => logs.remove(id),
    onLeftovers: () => sweepLater(sweepAfterMs),
    clock,
    newId: deps.newId,
    report,
  })
  const adopting = adoptDeployments({
    view,
    settlement,
    watchRevision,
    log,
    isOwn: deployments.isOwn,
    clock,
    signal,
    afterMs: deps.adoptAfterMs ?? defaultAdoptAfterMs,
    report,
  })
  const following = followFunctionLogs({ scope: own, view, logs, log, masks, clock, report })
  const sweepAfterMs = deps.sweepAfterMs ?? usualSweepMs
  const sweep = createObjectSweep(view, objects)
  let sweeping: Disposable | undefined
  const sweepLater = (milliseconds: number) => {
    sweeping?.[Symbol.dispose]()
    sweeping = clock.callAfter(milliseconds, () => {
      sweep()
        .then(isUnfinished => isUnfinished && !signal.aborted && sweepLater(sweepAfterMs))
        .catch((error: unknown) => {
          if (signal.aborted) return
          // Without Knative, or without the right to list ConfigMaps, there is nothing to sweep.
          if (!(error instanceof HksError)) report(error)
          else if (error.code === 'CONNECTION_FAILED') sweepLater(sweepAfterMs)
        })
    })
  }
  sweepLater(sweepAfterMs)
  const required = (id: string): FunctionRecord => {
    const record = view.record(id)
    if (record) return record
    throw notFound('function', id)
  }
  const diagnosticKey = async ({ id, spec }: FunctionRecord): Promise<string | undefined> => {
    const known = keys.get(id)
    if (known !== undefined) return known
    const secret = await objects.find('secrets', keyName(spec.name)).catch(unlessForbidden)
    const key = secret && valueOf(secret, keyField)
    if (key !== undefined) keys.set(id, key)
    return key
  }
  const wayTo = ({ spec, url }: FunctionRecord) => deps.ingress.wayTo({ namespace: scope.name, name: spec.name, url })
  const caller = createFunctionCaller({
    view,
    wayTo,
    diagnosticKey,
    explainBreak: (functionId, invocationId) => explainBreak(logs, clock, functionId, invocationId),
    clock,
  })

  return {
    list: async projectId => {
      // Who wants to see all projects sees the functions that are known.
      if (projectId !== undefined) await view.ready()
      return view.records()
    },
    get: async id => view.record(id),
    deploy: deployments.deploy,
    cancelDeployment: async id => {
      if ((await deployments.cancel(id)) === 0) {
        const { spec } = required(id)
        throw new HksError('CONFLICT', `No deployment of "${spec.name}" is under way.`)
      }
      return view.record(id)
    },
    deployments: steps.current,
    setTraffic: async (id, shares) => {
      const { spec } = required(id)
      await traffic.divide(id, spec.name, shares)
      const words = shares.map(({ revision, percent }) => `${percent} % to revision ${revision}`).join(', ')
      log.system(id, `Calls are led: ${words}.`)
      return required(id)
    },
    source: async id => {
      const { serving } = required(id)
      const sight = view.sight(id)
      return sight && serving > 0 ? deployedSource(sight, serving, { ...deps, objects, signal }) : undefined
    },
    invoke: caller.call,
    access: async id => {
      const record = required(id)
      const { origin, host, kind, said } = await wayTo(record)
      const { pathname } = new URL(record.url)
      return {
        url: `${origin}${pathname === '/' ? '' : pathname}`,
        headers: new URL(origin).host === host ? {} : { Host: host },
        way: kind,
        message: said,
      }
    },
    mask: async id => {
      const { secrets } = required(id).spec
      const names = new Set(secrets.map(({ from }) => secretKeyOf(from).name))
      const found = new Map(
        await Promise.all([...names].map(async name => [name, await objects.find('secrets', name)] as const)),
      )
      return createBytesMask(
        secrets.flatMap(({ from }) => {
          const { name, key } = secretKeyOf(from)
          const secret = found.get(name)
          return (secret && valueOf(secret, key)) ?? []
        }),
      )
    },
    remove: async id => {
      required(id)
      await deployments.cancel(id)
      const sight = view.sight(id)
      if (sight) await removeService(id, sight, objects, view, signal)
      await forget(id)
      sweepLater(sweepAfterMs)
    },
    state: view.state,
    noFunctions: view.noFunctions,
    lookAgain: view.lookAgain,
    onState: view.onState,
    stop: async () => {
      sweeping?.[Symbol.dispose]()
      adopting[Symbol.dispose]()
      await deployments.stop()
      stopping.abort(new HksError('GATEWAY_DRAINING', 'The gateway stops.'))
      caller[Symbol.dispose]()
      following[Symbol.dispose]()
      view[Symbol.dispose]()
    },
  }
}

const valueOf = (secret: Secret, key: string): string | undefined => {
  const encoded = Object.hasOwn(secret.data ?? {}, key) ? secret.data?.[key] : undefined
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString()
}

/** Who may not read secrets may call functions, but learns nothing of their exceptions. */
function unlessForbidden(error: unknown): undefined {
  if (error instanceof HksError && error.code === 'FORBIDDEN') return undefined
  throw error
}
