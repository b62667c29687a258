import type { Clock } from '../../../domain/clock.ts'
import type { ChangePublisher } from '../../../domain/changes.ts'
import type { Execution } from '../../../domain/cronJob.ts'
import type { LogStore } from '../../../domain/log.ts'
import type { ExecutionStore } from '../../../domain/executionStore.ts'
import type { LedgerStore } from '../../../domain/ledgerStore.ts'
import type { CronJobIndex, IndexedCronJob } from '../cronJobs/cronJobIndex.ts'
import { createRunLogs } from '../logs/runLogs.ts'
import type { NamespaceScope } from '../namespaceScope.ts'
import type { KubeCronJob, KubeJob } from '../objects/batchV1.ts'
import type { KubeEvent, KubePod } from '../objects/coreV1.ts'
import type { WatchedCollection } from '../watch/watchedCollection.ts'
import { decisionOf } from './decisions.ts'
import { isFinished } from './executionOf.ts'
import { goneReason } from './goneReason.ts'
import { ownerOf } from './ownerOf.ts'
import type { PodFault } from './podCause.ts'
import { refusedPod } from './refusedPod.ts'
import { createRunCapture, type RunCapture } from './runCapture.ts'
import { settleLostRuns } from './settleLostRuns.ts'
import { createTurns } from './turns.ts'

/** What the watch of runs needs. */
export interface RunWatchDeps {
  readonly cronJobs: WatchedCollection<KubeCronJob>
  readonly jobs: WatchedCollection<KubeJob>
  readonly pods: WatchedCollection<KubePod>
  readonly events: WatchedCollection<KubeEvent>
  readonly index: CronJobIndex
  readonly executions: ExecutionStore
  readonly ledger: LedgerStore
  readonly logs: LogStore
  readonly changes: ChangePublisher
  readonly clock: Clock
  readonly report: (error: unknown) => void
}

/** Follows the runs of a namespace into ledger and logs. Dispose to stop. */
export interface RunWatch extends Disposable {
  /** Takes all up that is there: after the first listings. */
  begin(): Promise<void>
  /** A Job that was made just now, known or not. */
  take(job: KubeJob): Promise<RunCapture | undefined>
  /** The run of a Job, while it is followed. */
  capture(executionId: string): RunCapture | undefined
  /** Runs of a CronJob that are followed. */
  capturesOf(cronJobUid: string): readonly RunCapture[]
}

/** Logs of ended containers that are read at once. */
const mostReading = 6

/** Captures each Job that a CronJob owns, before the cluster deletes it. */
export function createRunWatch(scope: NamespaceScope, deps: RunWatchDeps): RunWatch {
  const { jobs, pods, events, index, executions, clock, report } = deps
  const captures = new Map<string, { readonly capture: RunCapture; readonly cronJobUid: string }>()
  /** Jobs whose last state is stored. */
  const done = new Set<string>()
  const faults = new Map<string, PodFault>()
  const inTurn = createTurns(mostReading)
  const stack = new DisposableStack()

  const podsOf = (job: KubeJob) => {
    const { uid } = job.metadata
    return podsByJob().get(uid) ?? []
  }
  let podSource: readonly KubePod[] | undefined
  let podIndex: ReadonlyMap<string | undefined, readonly KubePod[]> = new Map()
  const podsByJob = () => {
    const list = pods.list()
    if (list !== podSource) {
      podSource = list
      podIndex = Map.groupBy(list, pod => ownerOf(pod, 'Job'))
    }
    return podIndex
  }
  const publish = (execution: Execution) => deps.changes.publish({ kind: 'execution', execution })

  const open = (job: KubeJob, cronJob: IndexedCronJob, stored: Execution | undefined): RunCapture => {
    const { uid } = job.metadata
    const logs = createRunLogs(
      { scope, logs: deps.logs, clock, inTurn, report },
      {
        applicationId: cronJob.record.id,
        executionId: uid,
        parallelism: job.spec.parallelism ?? 1,
        isResumed: stored !== undefined,
      },
    )
    const capture = createRunCapture(
      { executions, clock, publish, report },
      {
        applicationId: cronJob.record.id,
        cronJobName: cronJob.object.metadata.name,
        callsFunction: cronJob.record.spec.target.kind === 'function',
        logs,
        ...(stored ? { stored } : {}),
      },
    )
    captures.set(uid, { capture, cronJobUid: cronJob.object.metadata.uid })
    void capture.ended.then(() => {
      captures.delete(uid)
      faults.delete(uid)
      if (jobs.get(uid)) done.add(uid)
    })
    return capture
  }
  /** Brings the run of a Job up to date. */
  const update = async (job: KubeJob): Promise<RunCapture | undefined> => {
    const { uid } = job.metadata
    if (done.has(uid)) return undefined
    const owner = ownerOf(job, 'CronJob')
    const cronJob = owner === undefined ? undefined : index.byUid(owner)
    let capture = captures.get(uid)?.capture
    if (!capture) {
      if (!cronJob) return undefined
      const stored = await executions.get(uid)
      if (stored && stored.status !== 'running') {
        done.add(uid)
        return undefined
      }
      // Another look may have opened it meanwhile.
      capture = captures.get(uid)?.capture ?? open(job, cronJob, stored)
    }
    await capture.update(jobs.get(uid) ?? job, podsOf(job), faults.get(uid))
    return capture
  }
  /** The log of a CronJob holds its runs one after the other: each that has ended is read before the next. */
  const takeInOrder = async (group: readonly KubeJob[]): Promise<void> => {
    for (const job of group) {
      const capture = await update(job)
      if (isFinished(job) && !scope.signal.aborted) await capture?.ended
    }
  }
  const updateByUid = (uid: string | undefined): void => {
    const job = uid === undefined ? undefined : jobs.get(uid)
    if (job) update(job).catch(report)
  }
  const gone = (job: KubeJob): void => {
    const { uid } = job.metadata
    done.delete(uid)
    const entry = captures.get(uid)
    if (!entry) return
    const work = isFinished(job)
      ? entry.capture.update(job, podsOf(job))
      : entry.capture.jobGone(goneReason(job, index.byUid(entry.cronJobUid)?.object, clock.now()))
    work.catch(report)
  }
  const takeEvent = async (event: KubeEvent): Promise<void> => {
    const { kind, uid } = event.involvedObject
    if (uid === undefined) return
    if (kind === 'Job' && event.reason === 'FailedCreate') {
      faults.set(uid, refusedPod(event.message, scope.name))
      return updateByUid(uid)
    }
    const cronJob = kind === 'CronJob' ? index.byUid(uid) : undefined
    const decision = cronJob && decisionOf(event, cronJob.object, cronJob.record.id)
    if (decision) await deps.ledger.saveDecision(decision)
  }

  /** The Job of a CronJob may be seen before it. */
  const takeOwned = (uid: string): void => {
    for (const job of jobs.list()) if (ownerOf(job, 'CronJob') === uid) updateByUid(job.metadata.uid)
  }
  stack.use(
    deps.cronJobs.subscribe(({ type, object, previous }) => {
      if (type === 'put' && !previous) takeOwned(object.metadata.uid)
    }),
  )
  stack.use(jobs.subscribe(({ type, object }) => (type === 'put' ? updateByUid(object.metadata.uid) : gone(object))))
  stack.use(pods.subscribe(({ object }) => updateByUid(ownerOf(object, 'Job'))))
  stack.use(events.subscribe(({ type, object }) => void (type === 'put' && takeEvent(object).catch(report))))
  return {
    begin: async () => {
      await settleLostRuns(
        { executions, ledger: deps.ledger, clock, publish, report, logs: deps.logs },
        scope.projectId,
        jobs,
      )
      for (const event of events.list()) await takeEvent(event)
      const oldestFirst = jobs
        .list()
        .toSorted((a, b) => (a.metadata.creationTimestamp < b.metadata.creationTimestamp ? -1 : 1))
      const groups = Map.groupBy(oldestFirst, job => ownerOf(job, 'CronJob'))
      const inTurnOfOwners = createTurns(mostReading)
      await Promise.all([...groups.values()].map(group => inTurnOfOwners(() => takeInOrder(group))))
    },
    take: update,
    capture: executionId => captures.get(executionId)?.capture,
    capturesOf: cronJobUid =>
      [...captures.values()].flatMap(each => (each.cronJobUid === cronJobUid ? [each.capture] : [])),
    [Symbol.dispose]: () => {
      stack.dispose()
      for (const { capture } of captures.values()) capture[Symbol.dispose]()
    },
  }
}
