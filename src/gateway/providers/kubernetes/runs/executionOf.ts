import { defined } from '../../../../base/defined.ts'
import type { Attempt, Execution } from '../../../domain/cronJob.ts'
import { millisecondsOf } from '../cronJobs/fromKube.ts'
import { annotations } from '../labels.ts'
import type { KubeJob } from '../objects/batchV1.ts'
import type { Condition, KubePod } from '../objects/coreV1.ts'
import { keptChanges } from './keptChanges.ts'
import { oneLine, type PodFault, podFault } from './podCause.ts'
import { scheduledAtOf } from './scheduledAt.ts'

/** What is known of a run besides its Job. */
export interface RunFacts {
  /** Of its CronJob. */
  readonly applicationId: string
  readonly cronJobName: string
  readonly attempts: readonly Attempt[]
  /** What was last seen wrong with one of its pods. */
  readonly fault?: PodFault
}

/** Why a run is over whose Job is gone. */
export interface RunEnd {
  readonly reason: string
  readonly cause: string
  /** Epoch milliseconds. */
  readonly at: number
}

/** A Job and its pods as a run; its id is the Job's UID. */
export function executionOf(job: KubeJob, facts: RunFacts): Execution {
  const { metadata, status } = job
  const scheduledAt = scheduledAtOf(job, facts.cronJobName)
  const retryOf = metadata.annotations?.[annotations.retryOf]
  const startedAt = millisecondsOf(status?.startTime) ?? millisecondsOf(metadata.creationTimestamp) ?? 0
  const state = stateOf(job, facts, startedAt)
  return defined({
    id: metadata.uid,
    applicationId: facts.applicationId,
    jobName: metadata.name,
    scheduledAt,
    startedAt,
    ...state,
    exitCode:
      state.status === 'running' ? undefined : facts.attempts.findLast(each => each.exitCode !== undefined)?.exitCode,
    trigger:
      retryOf !== undefined
        ? ('retry' as const)
        : scheduledAt !== undefined
          ? ('schedule' as const)
          : ('manual' as const),
    retryOf,
    changes: keptChanges(job),
    attempts: closed(facts.attempts, state.completedAt),
  })
}

/** A run whose Job was deleted before it was seen to end. */
export const endedExecution = (execution: Execution, { reason, cause, at }: RunEnd): Execution => {
  const completedAt = Math.max(at, execution.startedAt)
  return {
    ...execution,
    status: 'failed',
    phase: 'failed',
    reason,
    cause,
    completedAt,
    attempts: closed(execution.attempts, completedAt),
  }
}

/** Whether the Job has come to its end. */
export const isFinished = ({ status }: KubeJob): boolean =>
  status?.conditions?.some(each => (each.type === 'Complete' || each.type === 'Failed') && each.status === 'True') ===
  true

/** What is wrong with the newest pod that has a fault. */
export const latestFault = (pods: readonly KubePod[]): PodFault | undefined =>
  pods
    .toSorted((a, b) => (a.metadata.creationTimestamp < b.metadata.creationTimestamp ? 1 : -1))
    .map(podFault)
    .find(fault => fault !== undefined)

type State = Pick<Execution, 'status' | 'phase'> & {
  [K in 'reason' | 'cause' | 'completedAt']?: Execution[K] | undefined
}

function stateOf(job: KubeJob, facts: RunFacts, startedAt: number): State {
  const { metadata, spec, status } = job
  const is = (type: string) => status?.conditions?.find(each => each.type === type && each.status === 'True')
  const complete = is('Complete')
  if (complete) {
    const at = millisecondsOf(status?.completionTime) ?? millisecondsOf(complete.lastTransitionTime) ?? startedAt
    return { status: 'succeeded', phase: 'succeeded', completedAt: Math.max(at, startedAt) }
  }
  const failed = is('Failed')
  if (failed) {
    const at = millisecondsOf(failed.lastTransitionTime) ?? startedAt
    return { status: 'failed', phase: 'failed', ...failure(job, failed, facts), completedAt: Math.max(at, startedAt) }
  }
  if (metadata.deletionTimestamp !== undefined || is('FailureTarget')) return { status: 'running', phase: 'stopping' }
  if (spec.suspend === true)
    return { status: 'running', phase: 'running', reason: 'Suspended', cause: 'The Job is suspended.' }
  const isWaiting = (status?.active ?? 0) === 0 && (status?.failed ?? 0) > 0
  return {
    status: 'running',
    phase: isWaiting ? 'backoff' : 'running',
    reason: facts.fault?.reason,
    cause: facts.fault?.cause,
  }
}

function failure({ spec }: KubeJob, condition: Condition, { attempts, fault }: RunFacts) {
  const reason = condition.reason ?? 'Failed'
  if (reason === 'DeadlineExceeded') {
    const late = `It ran longer than its activeDeadlineSeconds of ${spec.activeDeadlineSeconds}.`
    // What a pod says that was ended for it is no news.
    const news = fault && fault.reason !== 'Error' ? ` ${fault.cause}` : ''
    return { reason, cause: late + news }
  }
  if (reason !== 'BackoffLimitExceeded')
    return { reason, cause: fault?.cause ?? `The Job failed: ${oneLine(condition.message)}` }
  const count = attempts.length
  const last = count > 1 ? ` It was the last of ${count} attempts.` : ''
  return {
    reason,
    cause: fault ? fault.cause + last : `It failed more often than its backoffLimit of ${spec.backoffLimit} allows.`,
  }
}

/** No attempt outlives its run. */
const closed = (attempts: readonly Attempt[], completedAt: number | undefined): readonly Attempt[] =>
  completedAt === undefined
    ? attempts
    : attempts.map(each =>
        each.completedAt === undefined ? { ...each, completedAt: Math.max(completedAt, each.startedAt) } : each,
      )
