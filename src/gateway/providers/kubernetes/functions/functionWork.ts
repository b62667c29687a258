import { defaultImages } from '../../../../contract/defaultImages.ts'
import type { Clock } from '../../../domain/clock.ts'
import type { ConnectionRecord } from '../../../domain/connection.ts'
import type { LogStore } from '../../../domain/log.ts'
import type { InvocationStore } from '../../../domain/invocationStore.ts'
import type { KubeObject } from '../client/kubeObject.ts'
import type { OpenNamespaceWork } from '../namespaceWork.ts'
import type { FunctionImages } from '../images/functionImage.ts'
import { createWatchedCollection } from '../watch/createWatchedCollection.ts'
import { createIngress } from './calls/ingress.ts'
import { createNamespaceFunctions } from './namespaceFunctions.ts'
import { readRuntimeProgram, type RuntimeProgram } from './objects/runtimeProgram.ts'

/** What the functions of a connection need. */
export interface FunctionWorkDeps {
  /** As it is at this moment. */
  readonly connection: () => ConnectionRecord
  /** Holds `node/` and `python/`. */
  readonly runtimesFolder: string
  /** Builds images for functions that need one of their own. */
  readonly images: FunctionImages
  readonly logs: LogStore
  readonly invocations: Pick<InvocationStore, 'removeFunction'>
  readonly clock: Clock
  readonly newId: () => string
  /** Receives failures that no caller waits for. */
  readonly report: (error: unknown) => void
}

/** The functions of each namespace that is opened. */
export function createFunctionWork(deps: FunctionWorkDeps): OpenNamespaceWork {
  const { connection, runtimesFolder, clock } = deps
  const programs = new Map<string, Promise<RuntimeProgram>>()
  const programOf = (runtime: RuntimeProgram['runtime']): Promise<RuntimeProgram> => {
    const program = programs.get(runtime) ?? readRuntimeProgram(runtimesFolder, runtime)
    programs.set(runtime, program)
    program.catch(() => programs.delete(runtime))
    return program
  }
  return (scope, changes) => {
    const { client, signal } = scope
    const ingress = createIngress({ client, clock, configured: () => connection().ingress })
    const functions = createNamespaceFunctions(scope, {
      ...deps,
      follow: <T extends KubeObject>(path: string, labelSelector: string) =>
        createWatchedCollection<T>({ client, clock, path, query: { labelSelector }, keep: object => object, signal }),
      ingress,
      settings: () => {
        const { name, runtimeImages, ...settings } = connection()
        return { ...settings, connectionName: name, images: { ...defaultImages, ...runtimeImages } }
      },
      programOf,
      changes,
    })
    return {
      functions,
      state: functions.state,
      noFunctions: functions.noFunctions,
      lookAgain: functions.lookAgain,
      onState: functions.onState,
      stop: async () => {
        await functions.stop()
        await ingress[Symbol.asyncDispose]()
      },
    }
  }
}
