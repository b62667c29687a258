import type { CronJob } from '../../../contract/cronJobs.ts'
import type { Function } from '../../../contract/functions.ts'
import type { Project } from '../../../contract/projects.ts'
import type { DeploymentProgress, WatchSnapshot } from '../../../contract/watch.ts'
import type { CallSummaries, CallSummary } from '../../domain/callSummaries.ts'
import type { Change } from '../../domain/changes.ts'
import type { ConnectionView } from '../../domain/connection.ts'
import type { CronJobRecord } from '../../domain/cronJob.ts'
import type { CronJobService } from '../../domain/cronJobService.ts'
import type { LongCalls } from '../../domain/longCalls.ts'
import type { ProviderSet } from '../../domain/providerSet.ts'
import { toWireConnection } from '../wire/connection.ts'
import { toWireCronJob, toWireExecution } from '../wire/cronJob.ts'
import { toWireDeployment, toWireFunction } from '../wire/function.ts'
import { toWireCalls, toWireInvocation } from '../wire/invocation.ts'
import { toWireProject } from '../wire/project.ts'
import type { UnnumberedChange } from './changeLog.ts'

/** Where everything comes from that a watch shows. */
export interface WatchSources {
  readonly providers: ProviderSet
  readonly connections: () => readonly ConnectionView[]
  /** A CronJob is shown with a summary of its ledger, which is read for each change. */
  readonly cronJobs: Pick<CronJobService, 'view' | 'views'>
  readonly calls: Pick<LongCalls, 'current' | 'subscribe'>
  readonly summaries: Pick<CallSummaries, 'all' | 'subscribe'>
}

/** What a snapshot holds. */
export type Everything = Omit<WatchSnapshot, 'type' | 'cursor'>

/** What the watch shows of the domain. */
export interface WatchTranslation {
  /** The changes of the wire that one of the domain makes; a run changes the summary of its CronJob, too. */
  changes(change: Change): Promise<readonly UnnumberedChange[]>
  calls(summary: CallSummary): UnnumberedChange
  /** Everything there is at this moment. */
  everything(): Promise<Everything>
}

/** Translates; remembers which project an object is in, as not every change says so. */
export function createWatchTranslation({
  providers,
  connections,
  cronJobs,
  calls,
  summaries,
}: WatchSources): WatchTranslation {
  const projectOf = new Map<string, string>()

  const presentCronJob = async (id: string): Promise<CronJobRecord | undefined> => {
    for (const provider of providers.all()) {
      const record = await provider.cronJobs.get(id)
      if (record) return record
    }
    return undefined
  }
  const putCronJob = (object: CronJob): UnnumberedChange => {
    projectOf.set(object.id, object.projectId)
    return { message: { type: 'put', kind: 'cronJob', object }, projectId: object.projectId }
  }
  const putFunction = (object: Function): UnnumberedChange => {
    projectOf.set(object.id, object.projectId)
    return { message: { type: 'put', kind: 'function', object }, projectId: object.projectId }
  }
  const putProject = (object: Project): UnnumberedChange => ({
    message: { type: 'put', kind: 'project', object },
    projectId: object.id,
  })
  const forget = (kind: 'connection' | 'project' | 'cronJob' | 'function', id: string): UnnumberedChange => {
    const projectId = kind === 'connection' ? undefined : (projectOf.get(id) ?? id)
    projectOf.delete(id)
    return { message: { type: 'delete', kind, id }, projectId }
  }

  return {
    changes: async change => {
      switch (change.kind) {
        case 'connection': {
          const object = toWireConnection(change.connection)
          return [
            {
              message: { type: 'put', kind: 'connection', object },
              projectId: undefined,
              replaces: `connection ${object.id}`,
            },
          ]
        }
        case 'project':
          return [putProject(toWireProject(change.project))]
        case 'cronJob':
          return [putCronJob(toWireCronJob(await cronJobs.view(change.cronJob)))]
        case 'function':
          return [putFunction(toWireFunction(change.function))]
        case 'execution': {
          const { applicationId } = change.execution
          const record = await presentCronJob(applicationId)
          const cronJob = record && toWireCronJob(await cronJobs.view(record))
          const object = toWireExecution(change.execution)
          const projectId = cronJob?.projectId ?? projectOf.get(applicationId)
          const run: UnnumberedChange = { message: { type: 'put', kind: 'execution', object }, projectId }
          return cronJob ? [run, putCronJob(cronJob)] : [run]
        }
        case 'deployment': {
          const object = toWireDeployment(change.step)
          return [{ message: { type: 'put', kind: 'deployment', object }, projectId: object.projectId }]
        }
        case 'invocation': {
          const { invocation, projectId } = change.call
          return [{ message: { type: 'put', kind: 'invocation', object: toWireInvocation(invocation) }, projectId }]
        }
        case 'sandbox':
          return [
            {
              message: { type: 'put', kind: 'sandbox', object: change.sandbox },
              projectId: undefined,
              replaces: 'sandbox',
            },
          ]
        case 'deleted':
          return [forget(change.what, change.id)]
      }
    },
    calls: summary => ({
      message: { type: 'put', kind: 'calls', object: toWireCalls(summary) },
      projectId: projectOf.get(summary.functionId),
      replaces: `calls ${summary.functionId}`,
    }),
    everything: async () => {
      const projects: Project[] = []
      const functions: Function[] = []
      const deployments: DeploymentProgress[] = []
      for (const provider of providers.all()) {
        for (const project of await provider.projects.list()) projects.push(toWireProject(project))
        for (const record of (await provider.functions?.list()) ?? []) functions.push(toWireFunction(record))
        deployments.push(...(provider.functions?.deployments() ?? []).map(toWireDeployment))
      }
      const all = (await cronJobs.views()).map(toWireCronJob)
      for (const object of [...all, ...functions]) projectOf.set(object.id, object.projectId)
      const invocations = calls.current().map(({ invocation }) => toWireInvocation(invocation))
      const called = (await summaries.all()).map(toWireCalls)
      const sandbox = providers
        .all()
        .map(provider => provider.functions?.sandbox?.current())
        .find(found => found !== undefined)
      return {
        connections: connections().map(toWireConnection),
        ...{ projects, cronJobs: all, functions, deployments, invocations, calls: called },
        ...(sandbox && { sandbox }),
      }
    },
  }
}
