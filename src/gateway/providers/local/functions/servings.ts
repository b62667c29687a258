import type { Clock } from '../../../domain/clock.ts'
import type { StoredFunction } from '../../../domain/localState.ts'
import type { FunctionPool, RevisionCode } from './functionPool.ts'
import { createFunctionServing, type FunctionServing } from './functionServing.ts'
import { localScaling } from './scaling.ts'
import type { SpareInstances } from './spareInstances.ts'

/** The servings of all functions, each made when it is first asked for. */
export interface Servings {
  /** `stored` says what serves, if anything does yet; it counts only where no serving is known. */
  of(id: string, stored: StoredFunction | undefined): FunctionServing
  /** Each with the id of its function; one that is made while this is read is read, too. */
  all(): Iterable<readonly [id: string, serving: FunctionServing]>
  /** Processes that take calls of a function. */
  replicas(id: string): number
  /** Stops the serving of a function and forgets it; calls under way get `graceSeconds`. */
  end(id: string, graceSeconds: number): Promise<void>
  /** Stops all; calls under way get `graceSeconds`. */
  stop(graceSeconds: number): Promise<void>
}

/** What servings need. Listeners must not throw. */
export interface ServingsOptions {
  readonly pool: FunctionPool
  readonly spares: SpareInstances
  readonly clock: Clock
  /** Seconds without a call after which a function scales to zero. */
  readonly idleSeconds: number
  /** Seconds that a call waits for a process, at most. */
  readonly queueSeconds: number
  /** Of this machine. */
  readonly processors: number
  /** Gathers the revision that serves, anew for each start. @throws HksError */
  readonly prepare: (id: string, signal: AbortSignal) => Promise<RevisionCode>
  /** The number of a function's replicas changed. */
  readonly onReplicas: (id: string) => void
  /** A sentence for the log of a function. */
  readonly onEvent: (id: string, text: string) => void
}

/** No servings. */
export function createServings(options: ServingsOptions): Servings {
  const { prepare, processors, onReplicas, onEvent, ...shared } = options
  const servings = new Map<string, FunctionServing>()
  return {
    of: (id, stored) => {
      const known = servings.get(id)
      if (known) return known
      const serves = stored !== undefined && stored.serving > 0 ? stored : undefined
      const made = createFunctionServing({
        ...shared,
        functionId: id,
        ...(serves && {
          revision: {
            number: serves.serving,
            scaling: localScaling(serves.spec.scaling, processors),
            prepare: signal => prepare(id, signal),
          },
        }),
        onReplicas: () => onReplicas(id),
        onEvent: text => onEvent(id, text),
      })
      servings.set(id, made)
      return made
    },
    all: () => servings.entries(),
    replicas: id => servings.get(id)?.replicas ?? 0,
    end: async (id, graceSeconds) => {
      await servings.get(id)?.stop(graceSeconds)
      servings.delete(id)
    },
    stop: async graceSeconds => {
      await Promise.all([...servings.values()].map(serving => serving.stop(graceSeconds)))
    },
  }
}
