import { randomInt } from 'node:crypto'
import { HksError, notFound } from '../../../../contract/errors.ts'
import type { Execution, TriggerOptions } from '../../../domain/cronJob.ts'
import type { Executions } from '../../../domain/ports.ts'
import type { CronJobIndex } from '../cronJobs/cronJobIndex.ts'
import { despiteLostAnswer } from '../client/lostAnswer.ts'
import { inOurWords } from '../cronJobs/refusedField.ts'
import type { NamespaceScope } from '../namespaceScope.ts'
import type { KubeCronJob, KubeJob } from '../objects/batchV1.ts'
import type { WatchedCollection } from '../watch/watchedCollection.ts'
import { manualJob, manualJobName } from './manualJob.ts'
import { ownerOf } from './ownerOf.ts'
import type { RunWatch } from './runWatch.ts'

/** What the runs of a namespace need. */
export interface NamespaceExecutionsDeps {
  readonly index: CronJobIndex
  readonly jobs: WatchedCollection<KubeJob>
  readonly runs: RunWatch
}

/** As Kubernetes makes up names: no vowels, no letters that look like digits. */
const suffixCharacters = 'bcdfghjklmnpqrstvwxz2456789'
const mostTries = 3
/** Beside the grace period of its pods, a run that is stopped may take this long to end, milliseconds. */
const stopMs = 60_000

/** Runs by hand, as `kubectl create job --from` makes them. */
export function createNamespaceExecutions(scope: NamespaceScope, deps: NamespaceExecutionsDeps): Executions {
  const { client } = scope
  const { index, runs, jobs } = deps
  const path = `/apis/batch/v1/namespaces/${encodeURIComponent(scope.name)}/jobs`

  const create = async (cronJobId: string, options: TriggerOptions): Promise<KubeJob> => {
    for (let tries = 1; ; tries++) {
      const cronJob = index.get(cronJobId)
      if (!cronJob) throw notFound('CronJob', cronJobId)
      const suffix = randomSuffix()
      const body = manualJob(cronJob.object, { ...options, suffix })
      try {
        return await despiteLostAnswer(
          () => client.request<KubeJob>('POST', path, { body }),
          () => findOwn(cronJob.object, suffix),
          scope.signal,
        )
      } catch (error) {
        // The name may be taken.
        const isTaken = error instanceof HksError && error.code === 'CONFLICT'
        if (!isTaken || tries === mostTries) throw inOurWords(error)
      }
    }
  }
  /** The Job of this name, if it was made for the CronJob: its suffix is known to nobody else. */
  const findOwn = async ({ metadata }: KubeCronJob, suffix: string): Promise<KubeJob | undefined> => {
    const jobPath = `${path}/${encodeURIComponent(manualJobName(metadata.name, suffix))}`
    const job = await client.request<KubeJob>('GET', jobPath).catch(unlessGone)
    return job && ownerOf(job, 'CronJob') === metadata.uid ? job : undefined
  }
  const findStarted = async (execution: Execution | undefined): Promise<KubeJob | undefined> => {
    if (!execution) return undefined
    const job = await client
      .request<KubeJob>('GET', `${path}/${encodeURIComponent(execution.jobName)}`)
      .catch(unlessGone)
    return job?.metadata.uid === execution.id ? job : undefined
  }
  return {
    trigger: async (cronJobId, options): Promise<Execution> => {
      const job = await create(cronJobId, options)
      const execution = (await runs.take(job))?.execution()
      if (!execution) throw notFound('CronJob', cronJobId)
      return execution
    },
    stop: async executionId => {
      const capture = runs.capture(executionId)
      // Of a run that was started just now the watch may not have told yet.
      const job = jobs.get(executionId) ?? (await findStarted(capture?.execution()))
      if (!capture || !job) return
      capture.willEnd({ reason: 'Stopped', cause: 'It was stopped by hand.' })
      const { name, uid } = job.metadata
      const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Foreground', preconditions: { uid } }
      await client.request('DELETE', `${path}/${encodeURIComponent(name)}`, { body }).catch(unlessGone)
      await within(capture.ended, stopMs + graceOf(job) * 1000, name)
    },
  }
}

const randomSuffix = (): string =>
  Array.from({ length: 5 }, () => suffixCharacters[randomInt(suffixCharacters.length)]).join('')

const graceOf = ({ spec }: KubeJob): number => spec.template.spec.terminationGracePeriodSeconds ?? 30

function unlessGone(error: unknown): undefined {
  if (error instanceof HksError && error.code === 'NOT_FOUND') return undefined
  throw error
}

async function within(ended: Promise<unknown>, milliseconds: number, name: string): Promise<void> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(
    () =>
      late.reject(
        new HksError('TIMEOUT', `The Job "${name}" was told to end and has not ended after ${milliseconds / 1000} s.`, {
          hint: 'Its node may be away; the run ends in the ledger once its pods are gone.',
        }),
      ),
    milliseconds,
  )
  try {
    await Promise.race([ended, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
