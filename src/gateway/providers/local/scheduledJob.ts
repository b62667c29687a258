import { createQueue } from '../../../base/queue.ts'
import { HksError } from '../../../contract/errors.ts'
import { latestRun, parseSchedule, type Schedule } from '../../../schedule/index.ts'
import type { ChangePublisher } from '../../domain/changes.ts'
import type { Clock } from '../../domain/clock.ts'
import type { CronJobRecord, CronJobSpec, Execution, TriggerOptions } from '../../domain/cronJob.ts'
import type { LocalCronJobs } from '../../domain/localState.ts'
import type { ExecutionStore } from '../../domain/executionStore.ts'
import type { LedgerStore } from '../../domain/ledgerStore.ts'
import type { ResumeStart } from '../../domain/ports.ts'
import { decide, minuteOf, type Situation } from './decide.ts'
import type { Run, RunStart, StopReason } from './run.ts'
import { changedForRun } from '../../domain/runChanges.ts'
import { movesRuns, beginsPeriod, periodOf } from '../../domain/schedulePeriod.ts'

/** One CronJob under control. Its operations happen one after the other. */
export interface ScheduledJob {
  record(): CronJobRecord
  runs(): readonly Run[]
  /** Starts what is due; never rejects. */
  look(): Promise<void>
  /** Stores another spec and acts on it. `skipMissed`: what was missed before now is not started because of it. */
  update(spec: CronJobSpec, options: { readonly skipMissed: boolean }): Promise<CronJobRecord>
  /** What a resume now would start: the verdict that the controller would come to. */
  startsOnResume(): Promise<ResumeStart>
  /** The project got another id. */
  moveTo(projectId: string): void
  /** Starts a run by hand. */
  trigger(options: TriggerOptions): Promise<Execution>
  /** No more runs are started. Resolves when what was under way here is done; runs go on. */
  close(): Promise<void>
  /** Resolves when nothing is under way here; runs in progress do not count. */
  settled(): Promise<void>
}

/** What a scheduled job needs. */
export interface ScheduledJobDeps {
  readonly clock: Clock
  readonly newId: () => string
  readonly jobs: LocalCronJobs
  readonly executions: ExecutionStore
  readonly ledger: LedgerStore
  readonly changes: ChangePublisher
  readonly startRun: (job: CronJobRecord, start: RunStart) => Promise<Run>
  /** A run of the job ended: its working files are subject to the history limits. */
  readonly prune: (job: CronJobRecord) => Promise<void>
  /** Asks for another look at an instant; `undefined` for none. */
  readonly wakeAt: (id: string, at: number | undefined) => void
  readonly report: (error: unknown) => void
}

/** Where a job stands when it is taken up: nominal times that were handled and started, epoch milliseconds. */
export interface Standing {
  readonly record: CronJobRecord
  readonly handledUpTo: number
  readonly lastStarted?: number
}

/** A nominal time further ahead of the clock than this shows that the clock was set back. */
const setBackMs = 60_000
/** Time after which a look that failed (the store did not answer) is tried again. */
const retryMs = 10_000

/** Takes a job up. It does nothing before its first look. */
export function createScheduledJob(deps: ScheduledJobDeps, standing: Standing): ScheduledJob {
  const { clock, jobs, ledger } = deps
  const queue = createQueue()
  const runs = new Map<string, Run>()
  let { record, handledUpTo, lastStarted } = standing
  let waiting: number | undefined
  let closed = false
  let timing = timingOf(record.spec)

  const scheduledRuns = () => [...runs.values()].filter(run => run.execution().scheduledAt !== undefined)
  const start = async (how: Omit<RunStart, 'id'>): Promise<Execution> => {
    const changed = { ...record, spec: changedForRun(record.spec, how.changes ?? {}) }
    const run = await deps.startRun(changed, { id: deps.newId(), ...how })
    const { id } = run.execution()
    runs.set(id, run)
    void run.ended.then(() => {
      runs.delete(id)
      return queue.add(async () => {
        if (closed) return
        await deps.prune(record).catch(deps.report)
        await lookNow()
      })
    })
    return run.execution()
  }
  const startScheduled = async (scheduledAt: number, replace: boolean): Promise<void> => {
    if (replace) for (const run of scheduledRuns()) void run.stop(replacedBy(scheduledAt))
    try {
      await start({ jobName: `${record.spec.name}-${minuteOf(scheduledAt)}`, trigger: 'schedule', scheduledAt })
    } catch (error) {
      // The occurrence has its run already: a gateway was killed before it noted so, or the clock was set back.
      if (!(error instanceof HksError && error.code === 'CONFLICT')) throw error
    }
    lastStarted = scheduledAt
  }
  const handle = async (upTo: number, next: number | undefined): Promise<void> => {
    if (upTo === handledUpTo) return
    await jobs.saveLastNominal(record.id, upTo, next)
    handledUpTo = upTo
  }
  const situation = (now: number): Situation => ({
    ...timing,
    suspend: record.spec.suspend,
    concurrencyPolicy: record.spec.concurrencyPolicy,
    ...(record.spec.startingDeadlineSeconds === undefined
      ? {}
      : { startingDeadlineSeconds: record.spec.startingDeadlineSeconds }),
    handledUpTo: handledUpTo > now + setBackMs ? rewound(timing.schedule, handledUpTo, now) : handledUpTo,
    ...(waiting === undefined ? {} : { waiting }),
    ...(lastStarted === undefined ? {} : { lastStarted }),
    active: scheduledRuns().length,
  })
  const lookNow = async (): Promise<void> => {
    if (closed) return
    const now = clock.now()
    const found = situation(now)
    await handle(found.handledUpTo, undefined)
    const verdict = decide(found, now)
    for (const skip of verdict.skips) await skipOccurrence(skip.scheduledAt, skip.reason)
    if (verdict.start !== undefined) await startScheduled(verdict.start, verdict.replace === true)
    await handle(verdict.handledUpTo, verdict.next)
    waiting = verdict.waiting
    if (!closed) deps.wakeAt(record.id, verdict.next)
  }
  const skipOccurrence = (scheduledAt: number, reason: 'concurrency' | 'deadline' | 'suspended') =>
    ledger.saveDecision({ applicationId: record.id, scheduledAt, reason, decidedAt: clock.now() })
  const look = async (): Promise<void> => {
    try {
      await lookNow()
    } catch (error) {
      deps.report(error)
      if (!closed) deps.wakeAt(record.id, clock.now() + retryMs)
    }
  }
  /** What is due under the present timing counts as handled. */
  const passOver = async (now: number): Promise<void> => {
    const { latest } = latestRun(timing.schedule, handledUpTo, now, timing.timeZone)
    if (latest !== undefined) await handle(latest, undefined)
  }
  const update = async (spec: CronJobSpec, skipMissed: boolean): Promise<CronJobRecord> => {
    await look()
    const now = clock.now()
    const before = record
    const next: CronJobRecord = { ...record, spec, updatedAt: now }
    const moved = movesRuns(before.spec, spec)
    const period = periodOf(next, handledUpTo, now)
    await jobs.update(next)
    record = next
    timing = timingOf(spec)
    if (waiting !== undefined && (moved || spec.suspend)) {
      if (moved) await skipOccurrence(waiting, 'concurrency')
      waiting = undefined
    }
    if (beginsPeriod(periodOf(before, 0, 0), next)) {
      const open = (await ledger.periods(next.id)).findLast(each => each.validTo === undefined)
      await ledger.savePeriod(moved || !open ? period : { ...period, anchor: open.anchor })
    }
    if (moved || skipMissed) await passOver(now)
    deps.changes.publish({ kind: 'cronJob', cronJob: next })
    await look()
    return next
  }

  const startsOnResume = async (): Promise<ResumeStart> => {
    if (!record.spec.suspend) return {}
    const now = clock.now()
    const { start: startsAtOnce, waiting: startsAfterRun } = decide({ ...situation(now), suspend: false }, now)
    if (startsAfterRun !== undefined) return { startsAfterRun }
    if (startsAtOnce === undefined) return {}
    // An occurrence has one run: see startScheduled.
    const runs = await deps.executions.between(record.id, startsAtOnce, startsAtOnce)
    return runs.some(run => run.scheduledAt === startsAtOnce) ? {} : { startsAtOnce }
  }

  return {
    record: () => record,
    runs: () => [...runs.values()],
    look: () => queue.add(look),
    update: (spec, { skipMissed }) => queue.add(() => update(spec, skipMissed)),
    startsOnResume: () => queue.add(startsOnResume),
    moveTo: projectId => {
      record = { ...record, projectId }
    },
    trigger: ({ retryOf, ...changes }) =>
      queue.add(async () => {
        if (closed) throw new HksError('GATEWAY_DRAINING', 'The gateway is about to stop: it starts no new run.')
        const jobName = `${record.spec.name}-${deps.newId().slice(0, 8)}`
        const how = retryOf === undefined ? { trigger: 'manual' as const } : { trigger: 'retry' as const, retryOf }
        return start({ jobName, ...how, ...(Object.keys(changes).length === 0 ? {} : { changes }) })
      }),
    close: () => {
      closed = true
      deps.wakeAt(record.id, undefined)
      return queue.settled()
    },
    settled: () => queue.settled(),
  }
}

/** Kubernetes' own default is the zone of its controller; here it is UTC. */
function timingOf(spec: CronJobSpec): { readonly schedule: Schedule; readonly timeZone: string } {
  const parsed = parseSchedule(spec.schedule)
  if (!parsed.ok) throw new HksError('INVALID_SCHEDULE', parsed.error.message)
  return { schedule: parsed.schedule, timeZone: spec.timeZone ?? 'UTC' }
}

/** The nominal time to go on from after the clock was set back; `@every` keeps its grid. */
const rewound = (schedule: Schedule, handledUpTo: number, now: number): number =>
  schedule.kind === 'every'
    ? handledUpTo - Math.ceil((handledUpTo - now) / schedule.intervalMs) * schedule.intervalMs
    : now

const replacedBy = (scheduledAt: number): StopReason => ({
  reason: 'Replaced',
  cause: `It was replaced by the run of ${new Date(scheduledAt).toISOString()} (concurrencyPolicy Replace).`,
})
