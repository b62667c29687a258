import type { Changes } from './changes.ts'
import type { Clock } from './clock.ts'
import type { Execution } from './cronJob.ts'
import type { ExecutionStore } from './executionStore.ts'

/** The last runs of each CronJob, in memory: lists and views ask for them again and again. */
export interface RecentRuns {
  /** Reads them from the store when that is due; afterwards the answers below are those of now. */
  ready(): Promise<void>
  /**
   * The last {@link recentCount} and what of the older ones is in progress, newest first; the same array as long as
   * nothing changed.
   */
  of(applicationId: string): readonly Execution[]
  /** Runs in progress. */
  active(applicationId: string): number
}

/** Runs that a view shows, however they ended. */
export const recentCount = 5
/** Older runs in progress that it shows beside them: whoever wants to stop one has to see it. */
const mostOlder = 20
/** Runs that the store has let go of for their age leave the memory this much later at most, milliseconds. */
const reloadMs = 6 * 3600 * 1000

const none: readonly Execution[] = []

/** Follows the changes of all providers. */
export function createRecentRuns(executions: ExecutionStore, changes: Changes, clock: Clock): RecentRuns {
  let recent = new Map<string, readonly Execution[]>()
  let running = new Map<string, ReadonlySet<string>>()
  let loadedAt: number | undefined
  let loading: Promise<void> | undefined
  /** What changed while the store was being read: it may be newer than what was read. */
  let meanwhile: Execution[] = []

  const take = (execution: Execution): void => {
    const { applicationId: id } = execution
    recent.set(id, withRun(recent.get(id) ?? none, execution))
    const before = running.get(id)
    if (execution.status === 'running') running.set(id, new Set(before).add(execution.id))
    else if (before?.has(execution.id)) running.set(id, new Set([...before].filter(each => each !== execution.id)))
  }
  const load = async (): Promise<void> => {
    meanwhile = []
    const [last, active] = await Promise.all([executions.recent(recentCount), executions.running()])
    recent = new Map(last)
    running = new Map()
    for (const run of active) recent.set(run.applicationId, withRun(recent.get(run.applicationId) ?? none, run))
    for (const [id, runs] of Map.groupBy(active, execution => execution.applicationId)) {
      running.set(id, new Set(runs.map(run => run.id)))
    }
    meanwhile.forEach(take)
    loadedAt = clock.now()
  }
  changes.subscribe(change => {
    if (change.kind === 'execution') {
      if (loading) meanwhile.push(change.execution)
      take(change.execution)
    } else if (change.kind === 'deleted' && change.what === 'cronJob') {
      recent.delete(change.id)
      running.delete(change.id)
    }
  })
  return {
    ready: async () => {
      const age = loadedAt === undefined ? Infinity : Math.abs(clock.now() - loadedAt)
      if (age < reloadMs) return
      loading ??= load().finally(() => {
        loading = undefined
      })
      await loading
    },
    of: applicationId => recent.get(applicationId) ?? none,
    active: applicationId => running.get(applicationId)?.size ?? 0,
  }
}

function withRun(runs: readonly Execution[], execution: Execution): readonly Execution[] {
  return [execution, ...runs.filter(run => run.id !== execution.id)]
    .sort((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1))
    .filter((run, index) => index < recentCount || run.status === 'running')
    .slice(0, recentCount + mostOlder)
}
