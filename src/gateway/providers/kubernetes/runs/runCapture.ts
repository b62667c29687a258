import { createQueue } from '../../../../base/queue.ts'
import { HksError } from '../../../../contract/errors.ts'
import type { Clock } from '../../../domain/clock.ts'
import type { Execution } from '../../../domain/cronJob.ts'
import type { ExecutionStore } from '../../../domain/executionStore.ts'
import type { RunLogs } from '../logs/runLogs.ts'
import type { KubeJob } from '../objects/batchV1.ts'
import type { KubePod } from '../objects/coreV1.ts'
import { numberAttempts, type SeenAttempts, seeAttempts } from './attempts.ts'
import { endedExecution, executionOf, isFinished, latestFault, type RunEnd } from './executionOf.ts'
import { type PodFault, unknownEnd } from './podCause.ts'

/** One run on its way into the ledger. */
export interface RunCapture extends Disposable {
  /** Its last state that was stored; nothing before the first. */
  execution(): Execution | undefined
  /** The Job, its pods or what is wrong with it changed. Resolves when the state is stored. */
  update(job: KubeJob, pods: readonly KubePod[], fault?: PodFault): Promise<void>
  /** Its Job is about to be deleted for this reason. */
  willEnd(reason: Omit<RunEnd, 'at'>): void
  /** Its Job is gone. `reason` counts where none was given before. */
  jobGone(reason: Omit<RunEnd, 'at'>): Promise<void>
  /** Stores and publishes nothing of it any more. */
  forget(): void
  /** Resolves with its last state when it is over, its log is read and both are stored. */
  readonly ended: Promise<Execution>
}

/** What the capture of a run needs. */
export interface RunCaptureDeps {
  readonly executions: Pick<ExecutionStore, 'save'>
  readonly clock: Clock
  readonly publish: (execution: Execution) => void
  readonly report: (error: unknown) => void
}

/** Which run. */
export interface CapturedRun {
  readonly applicationId: string
  readonly cronJobName: string
  /** Its container is the platform's own and says itself why a call failed. */
  readonly callsFunction: boolean
  readonly logs: RunLogs
  /** What an earlier gateway stored of it. */
  readonly stored?: Execution
}

/** A run that ended longer ago than this was not seen to end, milliseconds. */
const pastMs = 60_000
/** Distance of two tries to store a state while the store fails, milliseconds. */
const retryMs = 5000

/** Follows a Job: stores each state of the run, the last one after its log. */
export function createRunCapture(deps: RunCaptureDeps, run: CapturedRun): RunCapture {
  const { clock } = deps
  const { applicationId, cronJobName, logs } = run
  const queue = createQueue()
  const over = Promise.withResolvers<Execution>()
  over.promise.catch(() => undefined)
  let stored = run.stored
  let attempts: SeenAttempts = new Map()
  let fault: PodFault | undefined
  let reason: Omit<RunEnd, 'at'> | undefined
  let isEnding = false
  let isForgotten = false
  let isSecond = false
  let retry: Disposable | undefined
  const told = new Set<string>()
  let telling: Promise<unknown> = Promise.resolve()

  const ofCall = (found: PodFault | undefined): PodFault | undefined =>
    run.callsFunction && found?.said !== undefined ? { ...found, cause: found.said } : found
  /** A container's last words may hold what its log must not; nothing when the run is followed no more. */
  const withoutSecrets = async (execution: Execution): Promise<Execution | undefined> => {
    if (execution.cause === undefined) return execution
    const cause = await logs.hide(execution.cause)
    return cause === undefined ? undefined : { ...execution, cause }
  }
  const save = async (given: Execution, isTold = false): Promise<void> => {
    const execution = await withoutSecrets(given)
    if (!execution) return
    const next = isSecond ? withoutOccurrence(execution) : execution
    if (isForgotten || (stored && isSame(stored, next))) return
    retry?.[Symbol.dispose]()
    try {
      await deps.executions.save(next, { isTold })
    } catch (error) {
      if (error instanceof HksError && error.code === 'CONFLICT' && !isSecond) {
        // The occurrence has its run already: this Job is a copy of that one's.
        isSecond = true
        return save(execution, isTold)
      }
      deps.report(error)
      await new Promise<void>(resolve => (retry = clock.callAfter(retryMs, resolve)))
      return save(execution, isTold)
    }
    stored = next
    deps.publish(next)
  }
  const isNews = (key: string): boolean => {
    if (told.has(key)) return false
    told.add(key)
    return true
  }
  /** Says what happened to its pods, each thing once; of what is stored an earlier gateway has told. */
  const tellStarts = (job: KubeJob, pods: readonly KubePod[]): void => {
    for (const { metadata, spec, status } of pods) {
      const isTold = run.stored?.attempts.some(each => each.startedAt >= Date.parse(metadata.creationTimestamp))
      if (spec.nodeName === undefined || isTold === true) continue
      const scheduled = status?.conditions?.find(each => each.type === 'PodScheduled' && each.status === 'True')
      const seconds = secondsBetween(metadata.creationTimestamp, scheduled?.lastTransitionTime)
      if (isNews(metadata.uid))
        logs.system(`${job.metadata.name}: the pod ${metadata.name} got the node ${spec.nodeName} after ${seconds} s.`)
    }
    if (fault && isNews(fault.cause)) telling = Promise.all([telling, tellFault(job.metadata.name, fault.cause)])
  }
  const tellFault = async (jobName: string, raw: string): Promise<void> => {
    const cause = await logs.hide(raw)
    if (cause !== undefined && run.stored?.cause !== cause) await logs.systemAfterEnded(`${jobName}: ${cause}`)
  }
  const end = async (raw: Execution): Promise<void> => {
    isEnding = true
    await logs.drained()
    await telling
    const last = await withoutSecrets(raw)
    if (last) await tellEnd(last)
    logs[Symbol.dispose]()
    over.resolve(stored ?? raw)
  }
  const tellEnd = async (last: Execution): Promise<void> => {
    const cause = last.cause === undefined ? '.' : `: ${last.cause}`
    // One that ended long ago is told of as it was.
    const isPast = last.completedAt !== undefined && clock.now() - last.completedAt > pastMs
    if (!isForgotten) logs.system(`${last.jobName} ${last.status}${cause}`, isPast ? last.completedAt : clock.now())
    // At the first look there may be thousands of them, and the cluster has their Jobs still.
    await save(last, isPast)
  }
  const stateOf = (job: KubeJob): Execution =>
    executionOf(job, {
      applicationId,
      cronJobName,
      attempts: numberAttempts(attempts, run.stored?.attempts),
      ...(fault ? { fault } : {}),
    })
  /** A Job that ends because it is deleted ends for the reason of that. */
  const withReason = (execution: Execution): Execution =>
    reason && execution.status === 'failed' ? { ...execution, ...reason } : execution

  return {
    execution: () => stored,
    ended: over.promise,
    update: async (job, pods, jobFault) => {
      if (isEnding) return logs.update(pods)
      attempts = seeAttempts(attempts, pods)
      fault = nextFault(fault, ofCall(latestFault(pods)) ?? jobFault, pods)
      logs.update(pods)
      tellStarts(job, pods)
      const execution = stateOf(job)
      if (isFinished(job))
        void queue.add(() => (isEnding ? Promise.resolve() : end(withReason(execution)))).catch(deps.report)
      else await queue.add(() => (isEnding ? Promise.resolve() : save(execution)))
    },
    willEnd: given => {
      reason ??= given
    },
    jobGone: async given => {
      await queue.add(async () => {
        if (isEnding || !stored) return
        logs.update([])
        await end(endedExecution(stored, { ...(reason ?? given), at: clock.now() }))
      })
    },
    forget: () => {
      isForgotten = true
      logs[Symbol.dispose]()
    },
    [Symbol.dispose]: () => {
      isForgotten = true
      retry?.[Symbol.dispose]()
      logs[Symbol.dispose]()
    },
  }
}

/** What was wrong is so until a container runs; the end of a pod that was given up is no news. */
function nextFault(before: PodFault | undefined, now: PodFault | undefined, pods: readonly KubePod[]) {
  if (now && !(now.reason === unknownEnd && before)) return now
  const isRunning = pods.some(pod => pod.status?.containerStatuses?.some(each => each.state?.running))
  return isRunning ? undefined : before
}

const withoutOccurrence = ({ scheduledAt: _scheduledAt, ...rest }: Execution): Execution =>
  rest.trigger === 'schedule' ? { ...rest, trigger: 'manual' } : rest

const isSame = (a: Execution, b: Execution): boolean => JSON.stringify(keyed(a)) === JSON.stringify(keyed(b))
const keyed = (execution: Execution) => Object.entries(execution).sort(([a], [b]) => (a < b ? -1 : 1))

const secondsBetween = (from: string, to: string | undefined): number =>
  to === undefined ? 0 : Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000)
