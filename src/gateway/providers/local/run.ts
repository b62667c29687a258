import type { Trigger } from '../../../contract/executions.ts'
import type { Clock } from '../../domain/clock.ts'
import type { CronJobRecord, Execution, RunChanges } from '../../domain/cronJob.ts'
import type { Attempt, AttemptEnd, StartAttempt } from './attempt.ts'
import { backoffSeconds } from './backoff.ts'
import type { RunLog } from './runLog.ts'

/** What makes a run. A manual run has no `scheduledAt`. */
export interface RunStart {
  readonly id: string
  readonly jobName: string
  readonly trigger: Trigger
  readonly scheduledAt?: number
  readonly retryOf?: string
  /** Made to the job's spec already. */
  readonly changes?: RunChanges
}

/** Why a run is ended before its time: one word and one line. */
export interface StopReason {
  readonly reason: string
  readonly cause: string
  /** Instead of the job's own `terminationGracePeriodSeconds`. */
  readonly graceSeconds?: number
}

/** One Job: attempts under `backoffLimit` until one succeeds. */
export interface Run {
  /** Its present state. */
  execution(): Execution
  /** Resolves with its last state when nothing of it is left; never rejects. */
  readonly ended: Promise<Execution>
  /** Ends it with its whole tree. The first reason counts. */
  stop(reason: StopReason): Promise<Execution>
}

/** What a run needs. */
export interface RunDeps {
  readonly clock: Clock
  readonly startAttempt: StartAttempt
  /** Stores and publishes a state of the run. After the first it must not reject. */
  readonly save: (execution: Execution) => Promise<void>
  readonly log: RunLog
}

/**
 * Starts a run of a job as it is now. Resolves when its first state is stored; its first attempt follows.
 * @throws what `save` throws: HksError CONFLICT when the occurrence has a run already
 */
export async function startRun(deps: RunDeps, job: CronJobRecord, start: RunStart): Promise<Run> {
  const { clock, log } = deps
  const { spec } = job
  const startedAt = clock.now()
  let execution: Execution = {
    id: start.id,
    applicationId: job.id,
    jobName: start.jobName,
    ...(start.scheduledAt === undefined ? {} : { scheduledAt: start.scheduledAt }),
    startedAt,
    status: 'running',
    phase: 'running',
    trigger: start.trigger,
    ...(start.retryOf === undefined ? {} : { retryOf: start.retryOf }),
    ...(start.changes === undefined ? {} : { changes: start.changes }),
    attempts: [{ number: 1, startedAt }],
  }
  const save = async (change: Partial<Execution>) => {
    execution = { ...execution, ...change }
    await deps.save(execution)
  }
  await deps.save(execution)

  const stopped = Promise.withResolvers<StopReason>()
  let stopReason: StopReason | undefined
  let current: Attempt | undefined
  const graceOf = (reason: StopReason) => reason.graceSeconds ?? spec.terminationGracePeriodSeconds
  const stop = (reason: StopReason) => {
    if (!stopReason && execution.status === 'running') {
      stopReason = reason
      stopped.resolve(reason)
      if (current) {
        void save({ phase: 'stopping', reason: reason.reason })
        void current.end(graceOf(reason))
      }
    }
    return ended
  }

  const attempt = async (number: number): Promise<AttemptEnd> => {
    log.system(`${start.jobName}: attempt ${number} of at most ${spec.backoffLimit + 1} started.`)
    current = await deps.startAttempt({
      job,
      target: spec.target,
      executionId: start.id,
      jobName: start.jobName,
      number,
      trigger: start.trigger,
      ...(start.scheduledAt === undefined ? {} : { scheduledAt: start.scheduledAt }),
    })
    // Stopped while it started.
    if (stopReason) void current.end(graceOf(stopReason))
    const end = await current.ended
    current = undefined
    return end
  }

  const work = async (): Promise<Execution> => {
    const deadline =
      spec.activeDeadlineSeconds === undefined
        ? undefined
        : clock.callAt(startedAt + spec.activeDeadlineSeconds * 1000, () => void stop(deadlineExceeded(job)))
    try {
      for (let number = 1; ; number++) {
        const end = await attempt(number)
        const completedAt = clock.now()
        const attempts = execution.attempts.map(each =>
          each.number === number ? completed(each, completedAt, end) : each,
        )
        log.system(`${start.jobName}: attempt ${number} ${endSentence(end, completedAt - attempts.at(-1)!.startedAt)}`)
        const base = { attempts, ...(end.exitCode === undefined ? {} : { exitCode: end.exitCode }) }
        if (stopReason) return await finish({ ...base, ...failure(stopReason.reason, stopReason.cause), completedAt })
        if (end.cause === undefined) {
          await finish({ ...base, status: 'succeeded', phase: 'succeeded', completedAt })
          return execution
        }
        if (number > spec.backoffLimit) {
          const cause = number === 1 ? end.cause : `${end.cause} It was the last of ${number} attempts.`
          return await finish({ ...base, ...failure('BackoffLimitExceeded', cause), completedAt })
        }
        const next = completedAt + backoffSeconds(number) * 1000
        log.system(`${start.jobName}: the next attempt starts in ${backoffSeconds(number)} s.`)
        await save({ ...base, phase: 'backoff', cause: end.cause })
        const reason = await firstOf(clock, next, stopped.promise)
        if (reason) return await finish({ ...failure(reason.reason, reason.cause), completedAt: clock.now() })
        const { cause: _cause, exitCode: _exitCode, ...rest } = execution
        execution = rest
        await save({ phase: 'running', attempts: [...attempts, { number: number + 1, startedAt: clock.now() }] })
      }
    } finally {
      deadline?.[Symbol.dispose]()
    }
  }
  const finish = async (last: Partial<Execution>): Promise<Execution> => {
    const reason = last.cause === undefined ? '' : `: ${last.cause}`
    log.system(`${start.jobName} ${last.status}${reason}`)
    await save(last)
    return execution
  }
  const ended = work()
  return { execution: () => execution, ended, stop }
}

const failure = (reason: string, cause: string) => ({ status: 'failed', phase: 'failed', reason, cause }) as const

const deadlineExceeded = ({ spec }: CronJobRecord): StopReason => ({
  reason: 'DeadlineExceeded',
  cause: `It ran longer than its activeDeadlineSeconds of ${spec.activeDeadlineSeconds}.`,
})

const completed = (attempt: Execution['attempts'][number], completedAt: number, end: AttemptEnd) => ({
  ...attempt,
  completedAt,
  ...(end.exitCode === undefined ? {} : { exitCode: end.exitCode }),
  ...(end.signal === undefined ? {} : { signal: end.signal }),
})

const endSentence = (end: AttemptEnd, milliseconds: number): string =>
  `${end.cause === undefined ? 'succeeded' : 'failed'} after ${(milliseconds / 1000).toFixed(1)} s${end.cause === undefined ? '.' : `: ${end.cause}`}`

/** The stop, or `undefined` once the clock says `at`. */
async function firstOf(clock: Clock, at: number, stopped: Promise<StopReason>): Promise<StopReason | undefined> {
  const time = Promise.withResolvers<undefined>()
  using _timer = clock.callAt(at, () => time.resolve(undefined))
  return await Promise.race([time.promise, stopped])
}
