import type { SandboxStatus } from '../../contract/gateway.ts'
import type { ConnectionView } from './connection.ts'
import type { CronJobRecord, Execution } from './cronJob.ts'
import type { DeploymentStep, FunctionRecord, LongCall } from './function.ts'
import type { ProjectRecord } from './project.ts'

/** One change of what a gateway shows. */
export type Change =
  | { readonly kind: 'connection'; readonly connection: ConnectionView }
  | { readonly kind: 'project'; readonly project: ProjectRecord }
  | { readonly kind: 'cronJob'; readonly cronJob: CronJobRecord }
  | { readonly kind: 'function'; readonly function: FunctionRecord }
  | { readonly kind: 'execution'; readonly execution: Execution }
  | { readonly kind: 'deployment'; readonly step: DeploymentStep }
  | { readonly kind: 'invocation'; readonly call: LongCall }
  | { readonly kind: 'sandbox'; readonly sandbox: SandboxStatus }
  | { readonly kind: 'deleted'; readonly what: 'connection' | 'project' | 'cronJob' | 'function'; readonly id: string }

/** A provider's changes, in order, from now on. Dispose to stop. */
export interface Changes {
  subscribe(listener: (change: Change) => void): Disposable
}

/** A list of listeners that a provider publishes to. A listener must not throw. */
export interface ChangePublisher extends Changes {
  publish(change: Change): void
}

/** A publisher with no memory. */
export function createChangePublisher(): ChangePublisher {
  const listeners = new Set<(change: Change) => void>()
  return {
    publish: change => {
      for (const listener of [...listeners]) listener(change)
    },
    subscribe: listener => {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
  }
}
