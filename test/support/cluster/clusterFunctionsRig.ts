import { randomUUID } from 'node:crypto'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Change } from '../../../src/gateway/domain/changes.ts'
import { createChangePublisher } from '../../../src/gateway/domain/changes.ts'
import type { StoredLogLine } from '../../../src/gateway/domain/log.ts'
import { createSystemClock } from '../../../src/gateway/platform/systemClock.ts'
import { createKubeClient } from '../../../src/gateway/providers/kubernetes/client/createKubeClient.ts'
import type { KubeObject } from '../../../src/gateway/providers/kubernetes/client/kubeObject.ts'
import { loadKubeConfig } from '../../../src/gateway/providers/kubernetes/client/loadKubeConfig.ts'
import type { FunctionSettings } from '../../../src/gateway/providers/kubernetes/functions/functionSettings.ts'
import { createIngress } from '../../../src/gateway/providers/kubernetes/functions/calls/ingress.ts'
import {
  createNamespaceFunctions,
  type NamespaceFunctions,
  type NamespaceFunctionsDeps,
} from '../../../src/gateway/providers/kubernetes/functions/namespaceFunctions.ts'
import { readRuntimeProgram } from '../../../src/gateway/providers/kubernetes/functions/objects/runtimeProgram.ts'
import { createWatchedCollection } from '../../../src/gateway/providers/kubernetes/watch/createWatchedCollection.ts'
import { createLogStore } from '../../../src/gateway/store/logs/logStore.ts'
import { type FunctionActions, functionActions } from '../functionActions.ts'
import { temporaryFolder } from '../temporaryFolder.ts'
import { createKubeApi, type KubeApi } from './kubeApi.ts'
import { temporaryNamespace } from './temporaryNamespace.ts'
import { testCluster } from './testCluster.ts'

const quietMs = 2000
const runtimesFolder = resolve(import.meta.dirname, '../../../runtimes')
/** The shortest that Knative allows, so that a test sees a function go to zero. */
const quickToZero = { 'autoscaling.knative.dev/window': '6s' }

/** Functions in a namespace of the test cluster that is made for it and goes with it. */
export interface ClusterFunctionsRig extends FunctionActions, AsyncDisposable {
  readonly functions: NamespaceFunctions
  readonly api: KubeApi
  readonly namespace: string
  readonly projectId: string
  readonly changes: readonly Change[]
  /** Failures that nobody waited for; a test that expects none asserts it. */
  readonly reported: readonly unknown[]
  /** The log when nothing more has come for two seconds: lines take their way through the API server. */
  quietLog(id: string): Promise<readonly StoredLogLine[]>
  /** Another gateway on the same namespace. */
  another(
    overrides?: Partial<Omit<NamespaceFunctionsDeps, 'settings'>> & {
      readonly settings?: Partial<FunctionSettings>
      readonly kubeconfig?: string
    },
  ): Promise<ClusterFunctionsRig>
}

/** Opens functions; another rig's namespace is used, and left, where one is named. */
export async function openClusterFunctions({
  namespace: given,
  projectId: givenProject,
  kubeconfig,
  hurry = 1,
  settings: asked = {},
  ...overrides
}: Partial<Omit<NamespaceFunctionsDeps, 'settings'>> & {
  readonly settings?: Partial<FunctionSettings>
  readonly namespace?: string
  readonly projectId?: string
  readonly kubeconfig?: string
  /** So many times faster passes the time by which it is judged whether a connection is dead. */
  readonly hurry?: number
} = {}): Promise<ClusterFunctionsRig> {
  const cluster = await testCluster()
  const api = createKubeApi(cluster.kubeconfig)
  const temporary = given === undefined ? await temporaryNamespace(api) : undefined
  const name = given ?? temporary!.name
  const folder = temporaryFolder()
  const clock = createSystemClock()
  const environment = async () => ({ PATH: process.env['PATH'] ?? '' })
  const access = await loadKubeConfig({ files: [kubeconfig ?? cluster.kubeconfig], environment })
  const client = createKubeClient(access, { now: () => performance.now() * hurry })
  const hurried = { ...clock, callAfter: (ms: number, callback: () => void) => clock.callAfter(ms / hurry, callback) }
  const logs = createLogStore(join(folder.path, 'logs'))
  const publisher = createChangePublisher()
  const changes: Change[] = []
  publisher.subscribe(change => changes.push(change))
  const reported: unknown[] = []
  const ending = new AbortController()
  const projectId = givenProject ?? randomUUID()
  const settings: FunctionSettings = {
    images: { node: cluster.images.node, python: cluster.images.python, go: cluster.images.node },
    annotations: quickToZero,
    ...(cluster.ingress === undefined ? {} : { ingress: cluster.ingress }),
    ...asked,
  }
  const ingress = createIngress({ client, clock, configured: () => settings.ingress })
  const functions = createNamespaceFunctions(
    { projectId, name, client, signal: ending.signal },
    {
      follow: <T extends KubeObject>(path: string, labelSelector: string) =>
        createWatchedCollection<T>({
          ...{ client, clock: hurried, path, query: { labelSelector } },
          keep: object => object,
        }),
      ingress,
      settings: () => settings,
      programOf: runtime => readRuntimeProgram(process.env['HKS_TEST_RUNTIMES'] ?? runtimesFolder, runtime),
      changes: publisher,
      logs,
      invocations: { removeFunction: async () => undefined },
      clock,
      newId: randomUUID,
      report: error => reported.push(error),
      ...overrides,
    },
  )
  return {
    functions,
    api,
    namespace: name,
    projectId,
    changes,
    reported,
    ...functionActions(functions, logs, projectId),
    quietLog: async id => {
      for (let before = -1; ; ) {
        const { lines } = await logs.read(id, {})
        if (lines.length === before) return lines
        before = lines.length
        await sleep(quietMs)
      }
    },
    another: more => openClusterFunctions({ namespace: name, projectId, settings: asked, ...overrides, ...more }),
    [Symbol.asyncDispose]: async () => {
      await functions.stop()
      ending.abort()
      await ingress[Symbol.asyncDispose]()
      client[Symbol.dispose]()
      logs.close()
      clock[Symbol.dispose]()
      folder[Symbol.dispose]()
      await temporary?.[Symbol.asyncDispose]()
    },
  }
}
