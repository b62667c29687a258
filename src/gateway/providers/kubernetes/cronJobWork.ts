import type { Clock } from '../../domain/clock.ts'
import type { LogStore } from '../../domain/log.ts'
import type { ExecutionStore } from '../../domain/executionStore.ts'
import type { LedgerStore } from '../../domain/ledgerStore.ts'
import { createNamespaceApplications } from './applications/applications.ts'
import type { KubeObject } from './client/kubeObject.ts'
import { clusterClock } from './clusterClock.ts'
import { createCronJobIndex } from './cronJobs/cronJobIndex.ts'
import { createNamespaceCronJobs } from './cronJobs/cronJobs.ts'
import { createCronJobWatch } from './cronJobs/cronJobWatch.ts'
import { keepCronJob } from './cronJobs/fromKube.ts'
import { createKnownIds } from './cronJobs/knownIds.ts'
import { createCronJobRemoval } from './cronJobs/removeCronJob.ts'
import { labels } from './labels.ts'
import type { NamespaceScope } from './namespaceScope.ts'
import type { OpenNamespaceWork } from './namespaceWork.ts'
import type { KubeCronJob, KubeJob } from './objects/batchV1.ts'
import type { KubeEvent, KubePod } from './objects/coreV1.ts'
import { createNamespaceExecutions } from './runs/executions.ts'
import { keepEvent, keepJob, keepPod } from './runs/keepObjects.ts'
import { createRunWatch } from './runs/runWatch.ts'
import { createWatchedSpans } from './runs/watchedSpans.ts'
import { createWatchedCollection, type WatchedCollectionOptions } from './watch/createWatchedCollection.ts'
import type { CollectionState } from './watch/watchedCollection.ts'

/** What the CronJobs of clusters need. */
export interface CronJobWorkDeps {
  readonly executions: ExecutionStore
  readonly ledger: LedgerStore
  readonly logs: LogStore
  /** In which a CronJob calls a function; has `node`. */
  readonly callerImage: () => string
  readonly clock: Clock
  readonly newId: () => string
  /** Receives failures that no caller waits for. */
  readonly report: (error: unknown) => void
}

/** Follows the CronJobs of a namespace, their Jobs, pods and events, into the ledger and the logs. */
export const followCronJobs =
  (deps: CronJobWorkDeps): OpenNamespaceWork =>
  (scope, changes) => {
    const { projectId } = scope
    const { executions, ledger, logs, callerImage, newId, report } = deps
    const clock = clusterClock(deps.clock, scope.client)
    const stack = new DisposableStack()
    const follow = createFollow(scope, deps.clock, stack)
    const batch = '/apis/batch/v1'
    const knownIds = createKnownIds(ledger, projectId)
    const cronJobs = follow<KubeCronJob>(`${batch}/namespaces/%/cronjobs`, keepCronJob, { prepare: knownIds.load })
    const jobs = follow<KubeJob>(`${batch}/namespaces/%/jobs`, keepJob)
    const pods = follow<KubePod>('/api/v1/namespaces/%/pods', keepPod, { query: { labelSelector: labels.jobName } })
    // Of pods it is in their status; their events are many.
    const events = follow<KubeEvent>('/api/v1/namespaces/%/events', keepEvent, {
      query: { fieldSelector: 'involvedObject.kind!=Pod' },
    })
    const index = createCronJobIndex(cronJobs, projectId, knownIds)
    const cronJobWatch = stack.use(
      createCronJobWatch({ collection: cronJobs, index, projectId, ledger, changes, report }),
    )
    const runs = stack.use(
      createRunWatch(scope, { cronJobs, jobs, pods, events, index, executions, ledger, logs, changes, clock, report }),
    )
    const spans = stack.use(createWatchedSpans({ ledger, clock, newId, projectId, report }))

    /** Without pods and events less is known; without the others nothing. */
    const needed = [cronJobs, jobs]
    const state = (): CollectionState => {
      const states = needed.map(each => each.state())
      const error = states.map(each => each.error).find(each => each !== undefined)
      return { synced: states.every(each => each.synced), ...(error ? { error } : {}) }
    }
    let hasBegun = false
    const begin = async (): Promise<void> => {
      await cronJobWatch.begin()
      await runs.begin()
    }
    const look = (): void => {
      const { synced, error } = state()
      spans.set(synced && error === undefined)
      const isSettled = [pods, events].every(each => each.state().synced || each.state().error !== undefined)
      if (hasBegun || !synced || !isSettled) return
      hasBegun = true
      begin().catch(report)
    }
    for (const each of [cronJobs, jobs, pods, events]) stack.use(each.onState(look))
    look()

    const applications = createNamespaceApplications(scope, { index, cronJobs })
    const { templateOf } = applications
    const removed = createCronJobRemoval({ cronJobs, jobs, runs, knownIds, ledger, logs })
    return {
      cronJobs: createNamespaceCronJobs(scope, {
        ...{ cronJobs, jobs, index, templateOf, removed, callerImage, clock, newId },
      }),
      applications,
      executions: createNamespaceExecutions(scope, { index, jobs, runs }),
      state,
      lookAgain: () => [cronJobs, jobs, pods, events].forEach(each => each.retry()),
      onState: listener => {
        const listening = new DisposableStack()
        for (const each of needed) listening.use(each.onState(listener))
        return listening
      },
      stop: async () => stack.dispose(),
    }
  }

/** Makes collections of a namespace, which go with the stack. */
const createFollow =
  ({ client, name, signal }: NamespaceScope, clock: Clock, stack: DisposableStack) =>
  <T extends KubeObject>(
    path: string,
    keep: (object: T) => T,
    options: Pick<WatchedCollectionOptions<T>, 'query' | 'prepare'> = {},
  ) =>
    stack.use(
      createWatchedCollection<T>({
        ...{ client, clock, signal, keep, ...options },
        path: path.replace('%', encodeURIComponent(name)),
      }),
    )
