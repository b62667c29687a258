import { HksError } from '../../../../../contract/errors.ts'
import type { Clock } from '../../../../domain/clock.ts'
import { pause } from '../../watch/pause.ts'
import { createRetryDelay } from '../../watch/retryDelay.ts'
import type { FunctionObjects } from '../objects/functionObjects.ts'

/** What ends a deployment: none of it does anything twice. */
export type SteadyObjects = Omit<FunctionObjects, 'create' | 'list'>

/**
 * Objects for work that nobody waits for: while the cluster is away it is tried again and again, until the signal ends it.
 * Otherwise what was begun would stay half-done for want of one request.
 */
export function steadyObjects(objects: FunctionObjects, clock: Clock, signal: AbortSignal): SteadyObjects {
  const steadily = async <T>(work: () => Promise<T>): Promise<T> => {
    const delay = createRetryDelay(Math.random)
    for (;;) {
      signal.throwIfAborted()
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof HksError) || error.code !== 'CONNECTION_FAILED') throw error
        await pause(clock, delay.next(error), signal)
      }
    }
  }
  return {
    find: (kind, name) => steadily(() => objects.find(kind, name)),
    replace: object => steadily(() => objects.replace(object)),
    patch: (kind, name, patch) => steadily(() => objects.patch(kind, name, patch)),
    remove: (kind, name, options) => steadily(() => objects.remove(kind, name, options)),
    endPods: (label, name) => steadily(() => objects.endPods(label, name)),
  }
}
