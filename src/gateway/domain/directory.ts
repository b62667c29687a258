import { HksError, notFound } from '../../contract/errors.ts'
import type { CronJobRecord } from './cronJob.ts'
import type { FunctionRecord } from './function.ts'
import type { Functions, Provider } from './ports.ts'
import type { ProviderSet } from './providerSet.ts'
import type { ProjectRecord } from './project.ts'

/** Finds what an id or a name stands for, and the provider that owns it. */
export interface Directory {
  readonly providers: ProviderSet
  /** By id or by a name that only one project has. @throws HksError NOT_FOUND, CONFLICT (ambiguous name) */
  project(ref: string): Promise<{ readonly provider: Provider; readonly project: ProjectRecord }>
  /** @throws HksError NOT_FOUND */
  cronJob(id: string): Promise<{ readonly provider: Provider; readonly cronJob: CronJobRecord }>
  /** @throws HksError NOT_FOUND */
  function(id: string): Promise<FoundFunction>
}

/** A function and what it is changed through. */
export interface FoundFunction {
  readonly provider: Provider
  readonly functions: Functions
  readonly function: FunctionRecord
}

/** A directory over all providers. */
export function createDirectory(providers: ProviderSet): Directory {
  return {
    providers,
    project: async ref => {
      for (const provider of providers.all()) {
        const project = await provider.projects.get(ref)
        if (project) return { provider, project }
      }
      const named = []
      for (const provider of providers.all()) {
        for (const project of await provider.projects.list()) {
          if (project.name === ref) named.push({ provider, project })
        }
      }
      const [only] = named
      if (!only) throw notFound('project', ref)
      if (named.length > 1) {
        throw new HksError('CONFLICT', `${named.length} projects are named "${ref}".`, {
          details: { ids: named.map(found => found.project.id) },
          hint: 'Use the id of one of them.',
        })
      }
      return only
    },
    cronJob: async id => {
      for (const provider of providers.all()) {
        const cronJob = await provider.cronJobs.get(id)
        if (cronJob) return { provider, cronJob }
      }
      throw notFound('CronJob', id)
    },
    function: async id => {
      for (const provider of providers.all()) {
        const found = await provider.functions?.get(id)
        if (found && provider.functions) return { provider, functions: provider.functions, function: found }
      }
      throw notFound('function', id)
    },
  }
}
