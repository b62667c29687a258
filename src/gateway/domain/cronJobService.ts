import { createKeyedQueue } from '../../base/queue.ts'
import type { CronJobCreate, CronJobUpdate } from '../../contract/cronJobs.ts'
import type { TriggerRequest } from '../../contract/executions.ts'
import { invalidField, notFound } from '../../contract/errors.ts'
import { withTemplate } from './applicationTemplate.ts'
import { authorize, type Caller } from './caller.ts'
import type { Clock } from './clock.ts'
import type { CronJobPreview, CronJobRecord, CronJobSpec, Execution, Target } from './cronJob.ts'
import { changedCronJobSpec, newCronJobSpec } from './cronJobSpec.ts'
import { createCronJobViews, type CronJobView, nextRunOf } from './cronJobViews.ts'
import type { Directory } from './directory.ts'
import { lastOutput } from './lastOutput.ts'
import { type LedgerAnswer, type LedgerInput, readLedger } from './ledgerReader.ts'
import { parseCursor } from './ledgerPage.ts'
import type { LogSource } from './log.ts'
import type { Perform } from './operation.ts'
import type { ExecutionStore } from './executionStore.ts'
import type { LedgerStore } from './ledgerStore.ts'
import type { Provider } from './ports.ts'
import { type ProjectRecord, requirePresent } from './project.ts'
import { createRecentRuns } from './recentRuns.ts'
import { type ResumeEffect, resumeEffect } from './resumePreview.ts'
import { runChangesOf } from './runChanges.ts'

/** A page of a list. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly nextCursor?: string
}

/** How to page a list of runs. */
export interface ExecutionsInput {
  readonly limit?: number
  readonly cursor?: string
  readonly status?: Execution['status']
}

/** Operations on CronJobs. Each checks the caller; each change is audited. */
export interface CronJobService {
  create(caller: Caller, input: CronJobCreate): Promise<CronJobView>
  /** Sorted by name; `projectId` may be a name. */
  list(caller: Caller, projectId?: string): Promise<readonly CronJobView[]>
  get(caller: Caller, id: string): Promise<CronJobView>
  update(caller: Caller, id: string, input: CronJobUpdate): Promise<CronJobView>
  /** What `create` would make, and nothing is made. @throws HksError as `create` does */
  preview(caller: Caller, input: CronJobCreate): Promise<CronJobPreview>
  /** What `update` would make of it, and nothing is changed. @throws HksError as `update` does */
  previewUpdate(caller: Caller, id: string, input: CronJobUpdate): Promise<CronJobPreview>
  remove(caller: Caller, id: string): Promise<void>
  suspend(caller: Caller, id: string): Promise<CronJobView>
  previewResume(caller: Caller, id: string): Promise<ResumeEffect & { readonly nextExecutionAt?: number }>
  resume(caller: Caller, id: string, options: { readonly skipMissed: boolean }): Promise<CronJobView>
  trigger(caller: Caller, id: string, request: TriggerRequest): Promise<Execution>
  executions(caller: Caller, id: string, input: ExecutionsInput): Promise<Page<Execution>>
  execution(caller: Caller, id: string, executionId: string): Promise<Execution>
  /** Answers when the run has ended with its whole tree. */
  stop(caller: Caller, id: string, executionId: string): Promise<Execution>
  ledger(caller: Caller, id: string, input: LedgerInput): Promise<LedgerAnswer>
  /** The last 64 KB of what a run wrote. */
  output(execution: Execution): Promise<string>
  /** A record as answers and the watch show it. */
  view(record: CronJobRecord): Promise<CronJobView>
  views(): Promise<readonly CronJobView[]>
}

/** What the service needs. */
export interface CronJobServiceDeps {
  readonly directory: Directory
  readonly executions: ExecutionStore
  readonly ledger: LedgerStore
  readonly logs: LogSource
  readonly clock: Clock
  readonly perform: Perform
}

const defaultLimit = 100

/** Makes the service. */
export function createCronJobService(deps: CronJobServiceDeps): CronJobService {
  const { directory, executions, ledger, clock, perform } = deps
  const recent = createRecentRuns(executions, directory.providers.changes, clock)
  const viewAll = createCronJobViews(recent, ledger, clock)
  const timeOf = (provider: Provider): number => provider.now?.() ?? clock.now()
  const view = async (record: CronJobRecord): Promise<CronJobView> => (await viewAll([record]))[0]!

  const turns = createKeyedQueue()

  /** Finds a job for a reader. */
  const found = async (caller: Caller, id: string) => {
    const { provider, cronJob } = await directory.cronJob(id)
    authorize(caller, 'read', cronJob.projectId)
    return { provider, cronJob }
  }
  const runOf = async (id: string, executionId: string): Promise<Execution> => {
    const execution = await executions.get(executionId)
    if (execution?.applicationId !== id) throw notFound('execution', executionId)
    return execution
  }
  const changing = async <T>(
    caller: Caller,
    id: string,
    action: string,
    scope: 'write' | 'trigger',
    work: (provider: Provider, cronJob: CronJobRecord) => Promise<T>,
  ): Promise<T> => {
    const { provider, cronJob } = await directory.cronJob(id)
    const subject = { scope, action: `cronJob.${action}`, resource: id, projectId: cronJob.projectId }
    return perform(caller, subject, () => work(provider, cronJob))
  }
  /** Changes of one spec follow each other: each is made to what the one before it left. */
  const changingSpec: typeof changing = (caller, id, ...rest) => turns.add(id, () => changing(caller, id, ...rest))
  /** A schedule calls functions of its own project only. */
  const checkTarget = async (projectId: string, { target }: CronJobSpec): Promise<void> => {
    if (target.kind !== 'function') return
    const called = (await directory.function(target.functionId)).function
    if (called.projectId !== projectId) {
      throw invalidField('functionId', target.functionId, `the function "${called.spec.name}" is in another project.`)
    }
  }
  /** The spec that a create body asks for, where it can be. */
  const wanted = async (provider: Provider, project: ProjectRecord, input: CronJobCreate): Promise<CronJobSpec> => {
    const spec = newCronJobSpec(await withTemplate(provider, project.id, input))
    requirePresent(project)
    await checkTarget(project.id, spec)
    return spec
  }
  const changedTo = async (cronJob: CronJobRecord, input: CronJobUpdate): Promise<CronJobSpec> => {
    const spec = changedCronJobSpec(cronJob.spec, input)
    // Whatever became of the function that it calls already, the rest can be changed.
    if (!isSameFunction(spec.target, cronJob.spec.target)) await checkTarget(cronJob.projectId, spec)
    return spec
  }
  const suspended = (caller: Caller, id: string, action: 'suspend' | 'resume', skipMissed: boolean) =>
    changingSpec(caller, id, action, 'write', async (provider, cronJob) => {
      const spec = { ...cronJob.spec, suspend: action === 'suspend' }
      if (spec.suspend === cronJob.spec.suspend) return view(cronJob)
      return view(await provider.cronJobs.update(id, spec, { base: cronJob.spec, skipMissed }))
    })

  return {
    create: async (caller, input) => {
      const { provider, project } = await directory.project(input.projectId)
      const subject = { scope: 'write', action: 'cronJob.create', resource: input.name, projectId: project.id } as const
      return perform(caller, subject, async () =>
        view(await provider.cronJobs.create(project.id, await wanted(provider, project, input))),
      )
    },
    preview: async (caller, input) => {
      const { provider, project } = await directory.project(input.projectId)
      authorize(caller, 'write', project.id)
      return provider.cronJobs.preview(project.id, await wanted(provider, project, input))
    },
    previewUpdate: async (caller, id, input) => {
      const { provider, cronJob } = await directory.cronJob(id)
      authorize(caller, 'write', cronJob.projectId)
      return provider.cronJobs.previewUpdate(id, await changedTo(cronJob, input), { base: cronJob.spec })
    },
    list: async (caller, projectRef) => {
      authorize(caller, 'read')
      const only = projectRef === undefined ? undefined : await directory.project(projectRef)
      if (only) authorize(caller, 'read', only.project.id)
      const providers = only ? [only.provider] : directory.providers.all()
      const lists = await Promise.all(providers.map(provider => provider.cronJobs.list(only?.project.id)))
      const { projects } = caller
      return viewAll(lists.flat().filter(({ projectId }) => projects === 'all' || projects.includes(projectId)))
    },
    get: async (caller, id) => view((await found(caller, id)).cronJob),
    update: (caller, id, input) =>
      changingSpec(caller, id, 'update', 'write', async (provider, cronJob) => {
        const spec = await changedTo(cronJob, input)
        return view(await provider.cronJobs.update(id, spec, { base: cronJob.spec }))
      }),
    remove: (caller, id) => changing(caller, id, 'delete', 'write', provider => provider.cronJobs.remove(id)),
    suspend: (caller, id) => suspended(caller, id, 'suspend', false),
    previewResume: async (caller, id) => {
      const { provider, cronJob } = await found(caller, id)
      const now = timeOf(provider)
      const resumed = { ...cronJob, spec: { ...cronJob.spec, suspend: false } }
      const next = await nextRunOf(ledger, resumed, now)
      return {
        ...(await resumeEffect(provider.cronJobs, ledger, cronJob, now)),
        ...(next === undefined ? {} : { nextExecutionAt: next }),
      }
    },
    resume: (caller, id, { skipMissed }) => suspended(caller, id, 'resume', skipMissed),
    trigger: (caller, id, request) =>
      changing(caller, id, 'trigger', 'trigger', async (provider, cronJob) => {
        const { retryOf } = request
        const repeated = retryOf === undefined ? undefined : await executions.get(retryOf)
        if (retryOf !== undefined && repeated?.applicationId !== id) {
          throw invalidField('retryOf', retryOf, `"${retryOf}" is no run of this CronJob.`)
        }
        const changes = runChangesOf(cronJob.spec, request, repeated?.changes)
        return provider.executions.trigger(id, { ...changes, ...(retryOf === undefined ? {} : { retryOf }) })
      }),
    executions: async (caller, id, { limit = defaultLimit, cursor, status }) => {
      await found(caller, id)
      const position = cursor === undefined ? undefined : parseCursor(cursor)
      const rows = await executions.list({
        applicationId: id,
        limit: limit + 1,
        ...(position ? { after: { startedAt: position.at, id: position.key } } : {}),
        ...(status === undefined ? {} : { status }),
      })
      const items = rows.slice(0, limit)
      const last = items.at(-1)
      return rows.length > limit && last ? { items, nextCursor: `${last.startedAt}~${last.id}` } : { items }
    },
    execution: async (caller, id, executionId) => {
      await found(caller, id)
      return runOf(id, executionId)
    },
    stop: (caller, id, executionId) =>
      changing(caller, id, 'stop', 'trigger', async provider => {
        const execution = await runOf(id, executionId)
        if (execution.status !== 'running') return execution
        await provider.executions.stop(executionId)
        return runOf(id, executionId)
      }),
    ledger: async (caller, id, input) => {
      const { provider, cronJob } = await found(caller, id)
      const place = { unwatched: provider.unwatched, places: [provider.connection, cronJob.projectId] }
      return readLedger({ executions, ledger }, id, place, input, timeOf(provider))
    },
    output: execution => lastOutput(deps.logs, execution),
    view,
    views: async () => {
      const lists = await Promise.all(directory.providers.all().map(provider => provider.cronJobs.list()))
      return viewAll(lists.flat())
    },
  }
}

const isSameFunction = (a: Target, b: Target): boolean =>
  a.kind === 'function' && b.kind === 'function' && a.functionId === b.functionId
