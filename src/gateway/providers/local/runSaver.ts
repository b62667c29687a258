import type { Clock } from '../../domain/clock.ts'
import type { Execution } from '../../domain/cronJob.ts'
import type { ExecutionStore } from '../../domain/executionStore.ts'

/** Distance of two tries to store a state while the store fails, milliseconds. */
const retryMs = 5000

/**
 * Stores and publishes the states of one run, in order. The first must succeed; a later one that fails is reported and
 * tried again until it, or one after it, is stored.
 */
export function createRunSaver(
  executions: ExecutionStore,
  clock: Clock,
  publish: (execution: Execution) => void,
  report: (error: unknown) => void,
): (execution: Execution) => Promise<void> {
  let latest: Execution | undefined
  return async execution => {
    const first = latest === undefined
    latest = execution
    try {
      await executions.save(execution)
    } catch (error) {
      if (first) {
        latest = undefined
        throw error
      }
      report(error)
      const again = () => {
        if (latest !== execution) return
        void executions.save(execution).catch((failure: unknown) => {
          report(failure)
          clock.callAt(clock.now() + retryMs, again)
        })
      }
      clock.callAt(clock.now() + retryMs, again)
    }
    publish(execution)
  }
}
