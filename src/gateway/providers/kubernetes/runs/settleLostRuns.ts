import type { Clock } from '../../../domain/clock.ts'
import type { Execution } from '../../../domain/cronJob.ts'
import type { LogSink } from '../../../domain/log.ts'
import type { ExecutionStore } from '../../../domain/executionStore.ts'
import type { LedgerStore } from '../../../domain/ledgerStore.ts'
import type { KubeJob } from '../objects/batchV1.ts'
import type { WatchedCollection } from '../watch/watchedCollection.ts'
import { endedExecution } from './executionOf.ts'

/** What the settling needs. */
export interface LostRunsDeps {
  readonly executions: ExecutionStore
  readonly ledger: LedgerStore
  readonly logs: LogSink
  readonly clock: Clock
  readonly publish: (execution: Execution) => void
  readonly report: (error: unknown) => void
}

const cause = 'Its Job was deleted while nobody was watching: how it ended is not known.'

/** Ends the stored runs in progress of a project whose Jobs the cluster does not have any more. */
export async function settleLostRuns(
  deps: LostRunsDeps,
  projectId: string,
  jobs: WatchedCollection<KubeJob>,
): Promise<void> {
  const own = new Set(await deps.ledger.applications(projectId))
  const running = (await deps.executions.running()).filter(run => own.has(run.applicationId) && !jobs.get(run.id))
  if (running.length === 0) return
  const now = deps.clock.now()
  const spans = await deps.ledger.watchSpans(0, now, [projectId])
  for (const run of running) {
    // It was last seen when the project was last watched.
    const seen = spans.findLast(span => span.endedAt >= run.startedAt && span.endedAt < now)?.endedAt ?? run.startedAt
    const settled = endedExecution(run, { reason: 'Unknown', cause, at: seen })
    try {
      deps.logs.append(run.applicationId, [
        { time: now, stream: 'system', text: `${run.jobName} failed: ${cause}`, executionId: run.id },
      ])
    } catch (error) {
      deps.report(error)
    }
    await deps.executions.save(settled)
    deps.publish(settled)
  }
}
