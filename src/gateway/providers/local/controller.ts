import { notFound } from '../../../contract/errors.ts'
import type { Clock } from '../../domain/clock.ts'
import type { CronJobRecord } from '../../domain/cronJob.ts'
import type { Run, StopReason } from './run.ts'
import { createScheduledJob, type ScheduledJob, type ScheduledJobDeps } from './scheduledJob.ts'
import { reconcilePeriod } from '../../domain/schedulePeriod.ts'
import { createWakeups } from './wakeups.ts'

/** Holds all CronJobs and looks at each when it is due. */
export interface Controller {
  /** Takes up all stored jobs and starts what is due. */
  start(): Promise<void>
  /** Takes up a job that was just stored. */
  add(record: CronJobRecord): Promise<void>
  /** All jobs by id, once they were taken up. */
  records(): ReadonlyMap<string, Pick<ScheduledJob, 'record'>> | undefined
  /** @throws HksError NOT_FOUND */
  job(id: string): ScheduledJob
  /** Ends the job's runs and lets go of it. */
  drop(id: string, reason: StopReason): Promise<void>
  /** The run with this id, while it is in progress. */
  run(executionId: string): Run | undefined
  /** Looks at all jobs, as after a jump of the clock. */
  lookAtAll(): Promise<void>
  /** Starts nothing more; runs get `graceSeconds` to end, then are ended. */
  stop(graceSeconds: number): Promise<void>
  /** Resolves when no job has anything under way; runs in progress do not count. */
  settled(): Promise<void>
}

/** Ends of the gateway itself leave a run little time after it was asked to end, seconds. */
const stopGraceSeconds = 5

/** Makes a controller of no jobs. */
export function createController(deps: Omit<ScheduledJobDeps, 'wakeAt'>): Controller {
  const { clock, jobs: store, executions, ledger } = deps
  const jobs = new Map<string, ScheduledJob>()
  const wakeups = createWakeups(clock, id => void jobs.get(id)?.look())
  const take = (record: CronJobRecord, handledUpTo: number, lastStarted?: number): ScheduledJob => {
    const job = createScheduledJob(
      { ...deps, wakeAt: wakeups.set },
      { record, handledUpTo, ...(lastStarted === undefined ? {} : { lastStarted }) },
    )
    jobs.set(record.id, job)
    return job
  }
  const job = (id: string) => {
    const found = jobs.get(id)
    if (!found) throw notFound('CronJob', id)
    return found
  }
  const all = () => [...jobs.values()]
  let started = false
  return {
    start: async () => {
      const lastScheduled = await executions.lastScheduled()
      for (const { cronJob, lastNominalAt } of await store.list()) {
        const lastStarted = lastScheduled.get(cronJob.id)
        const handledUpTo = Math.max(lastNominalAt ?? cronJob.createdAt, lastStarted ?? 0)
        await reconcilePeriod(ledger, cronJob, handledUpTo)
        // One that was created this very moment is taken up already.
        if (!jobs.has(cronJob.id)) take(cronJob, handledUpTo, lastStarted)
      }
      started = true
      await Promise.all(all().map(each => each.look()))
    },
    records: () => (started ? jobs : undefined),
    add: record => (jobs.get(record.id) ?? take(record, record.createdAt)).look(),
    job,
    drop: async (id, reason) => {
      const dropped = job(id)
      await dropped.close()
      await Promise.all(dropped.runs().map(run => run.stop(reason)))
      await dropped.settled()
      jobs.delete(id)
    },
    run: executionId => {
      for (const each of jobs.values()) {
        const found = each.runs().find(run => run.execution().id === executionId)
        if (found) return found
      }
      return undefined
    },
    lookAtAll: async () => {
      await Promise.all(all().map(each => each.look()))
    },
    stop: async graceSeconds => {
      await Promise.all(all().map(each => each.close()))
      wakeups[Symbol.dispose]()
      const runs = all().flatMap(each => each.runs())
      if (graceSeconds === 0 || (await endsWithin(clock, graceSeconds, runs)) === 'late') {
        await Promise.all(runs.map(run => run.stop(gatewayStopped)))
      }
      await Promise.all(all().map(each => each.settled()))
    },
    settled: async () => {
      await Promise.all(all().map(each => each.settled()))
    },
  }
}

async function endsWithin(clock: Clock, seconds: number, runs: readonly Run[]): Promise<'ended' | 'late'> {
  const late = Promise.withResolvers<'late'>()
  using _timer = clock.callAt(clock.now() + seconds * 1000, () => late.resolve('late'))
  return await Promise.race([Promise.all(runs.map(run => run.ended)).then(() => 'ended' as const), late.promise])
}

const gatewayStopped: StopReason = {
  reason: 'GatewayStopped',
  cause: 'The gateway was stopped while it ran.',
  graceSeconds: stopGraceSeconds,
}
