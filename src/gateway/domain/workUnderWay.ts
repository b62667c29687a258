import type { ExecutionStore } from './executionStore.ts'
import type { FunctionCalls } from './functionCalls.ts'
import type { Perform } from './operation.ts'
import type { ProviderSet } from './providerSet.ts'

/** Changes that go on, also when who asked for them is gone. */
export interface CountedChanges {
  /** Counts each change while it goes on. */
  readonly perform: Perform
  underWay(): number
}

/** Counts what `perform` does. */
export function countChanges(perform: Perform): CountedChanges {
  let underWay = 0
  return {
    perform: async (caller, subject, work) => {
      underWay += 1
      try {
        return await perform(caller, subject, work)
      } finally {
        underWay -= 1
      }
    },
    underWay: () => underWay,
  }
}

/** Where work is that a gateway does. */
export interface WorkPlaces {
  readonly providers: ProviderSet
  readonly executions: Pick<ExecutionStore, 'running'>
  readonly calls: Pick<FunctionCalls, 'underWay'>
  readonly changes: Pick<CountedChanges, 'underWay'>
}

/**
 * Whether something goes on that would be lost with the gateway, though no client waits for it: a change, a call, a
 * deployment, a run on this machine. A run in a cluster goes on without a gateway.
 */
export const createWorkUnderWay =
  ({ providers, executions, calls, changes }: WorkPlaces) =>
  async (): Promise<boolean> => {
    if (changes.underWay() > 0 || calls.underWay() > 0) return true
    const all = providers.all()
    if (all.some(({ functions }) => functions && functions.deployments().length > 0)) return true
    const running = await executions.running()
    if (running.length === 0) return false
    const here = all.filter(({ cluster }) => cluster === undefined)
    const jobs = new Set((await Promise.all(here.map(({ cronJobs }) => cronJobs.list()))).flat().map(({ id }) => id))
    return running.some(({ applicationId }) => jobs.has(applicationId))
  }
