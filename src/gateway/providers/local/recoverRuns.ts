import type { Clock } from '../../domain/clock.ts'
import type { Execution } from '../../domain/cronJob.ts'
import type { ExecutionStore } from '../../domain/executionStore.ts'
import { sweepOrphans } from '../../platform/sweepOrphans.ts'
import type { RunLog } from './runLog.ts'

/** What the recovery needs. */
export interface RecoverRunsDeps {
  readonly executions: ExecutionStore
  /** Ids of the CronJobs of this machine: the runs of others are not its own to settle. */
  readonly cronJobIds: () => Promise<ReadonlySet<string>>
  readonly clock: Clock
  readonly homeId: string
  readonly logOf: (applicationId: string, executionId: string) => RunLog
  readonly publish: (execution: Execution) => void
  readonly notice: (text: string) => void
}

/** SIGTERM to SIGKILL for what a killed gateway left, milliseconds. */
const orphanGraceMs = 2000

/** Ends the processes that a killed gateway left behind, then settles the runs that were in progress. */
export async function recoverRuns(deps: RecoverRunsDeps): Promise<void> {
  const own = await deps.cronJobIds()
  const running = (await deps.executions.running()).filter(({ applicationId }) => own.has(applicationId))
  const { runIds, survivors } = await sweepOrphans(deps.homeId, orphanGraceMs)
  if (survivors.length > 0) {
    const pids = survivors.map(entry => entry.pid).join(', ')
    deps.notice(`Processes of an earlier gateway could not be ended: ${pids}. End them by hand.`)
  }
  for (const execution of running) {
    const left = runIds.includes(execution.id) ? ' What it had left running was ended.' : ''
    const settled = killed(execution, deps.clock.now())
    deps.logOf(execution.applicationId, execution.id).system(`${execution.jobName} failed: ${settled.cause}${left}`)
    await deps.executions.save(settled)
    deps.publish(settled)
  }
}

const killed = (execution: Execution, now: number): Execution => ({
  ...execution,
  status: 'failed',
  phase: 'failed',
  reason: 'GatewayKilled',
  cause: 'The gateway was killed while it ran.',
  completedAt: Math.max(now, execution.startedAt),
  attempts: execution.attempts.map(each =>
    each.completedAt === undefined ? { ...each, completedAt: Math.max(now, each.startedAt) } : each,
  ),
})
