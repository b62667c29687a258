import { HksError, notFound } from '../../contract/errors.ts'
import type { CronJobRecord } from './cronJob.ts'
import type { FunctionRecord } from './function.ts'
import type { LedgerStore } from './ledgerStore.ts'
import type { Functions, Provider } from './ports.ts'
import type { ProviderSet } from './providerSet.ts'
import type { ProjectRecord } from './project.ts'

/** Finds what an id or a name stands for, and the provider that owns it. */
export interface Directory {
  readonly providers: ProviderSet
  /** By id or by a name that only one project has. @throws HksError NOT_FOUND, CONFLICT (ambiguous name) */
  project(ref: string): Promise<{ readonly provider: Provider; readonly project: ProjectRecord }>
  /** @throws HksError NOT_FOUND; why its project can not be looked at (CONNECTION_FAILED, FORBIDDEN …) where the id is known */
  cronJob(id: string): Promise<{ readonly provider: Provider; readonly cronJob: CronJobRecord }>
  /** @throws HksError as {@link cronJob} does, and KNATIVE_MISSING */
  function(id: string): Promise<FoundFunction>
}

/** A function and what it is changed through. */
export interface FoundFunction {
  readonly provider: Provider
  readonly functions: Functions
  readonly function: FunctionRecord
}

/** What of a role is needed to find one thing of it. */
interface Listed<T> {
  get(id: string): Promise<T | undefined>
  list(projectId?: string): Promise<readonly T[]>
}

/** A directory over all providers; the ledger knows of applications whose provider knows nothing at this moment. */
export function createDirectory(providers: ProviderSet, ledger: Pick<LedgerStore, 'projectOf'>): Directory {
  const find = async <T extends { readonly id: string }>(
    what: string,
    id: string,
    roleOf: (provider: Provider) => Listed<T> | undefined,
  ): Promise<{ readonly provider: Provider; readonly found: T }> => {
    for (const provider of providers.all()) {
      const found = await roleOf(provider)?.get(id)
      if (found) return { provider, found }
    }
    const projectId = await ledger.projectOf(id)
    if (projectId !== undefined) {
      const provider = await ownerOf(projectId)
      const role = provider && roleOf(provider)
      const found = role && (await listPresent(role, projectId)).find(each => each.id === id)
      if (provider && found) return { provider, found }
    }
    throw notFound(what, id)
  }
  const ownerOf = async (projectId: string): Promise<Provider | undefined> => {
    for (const provider of providers.all()) if (await provider.projects.get(projectId)) return provider
    return undefined
  }
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
      const { provider, found } = await find('CronJob', id, ({ cronJobs }) => cronJobs)
      return { provider, cronJob: found }
    },
    function: async id => {
      const { provider, found } = await find('function', id, ({ functions }) => functions)
      return { provider, functions: provider.functions!, function: found }
    },
  }
}

/** What a project has; nothing where its namespace is gone. @throws HksError why that can not be known */
async function listPresent<T>(role: Listed<T>, projectId: string): Promise<readonly T[]> {
  try {
    return await role.list(projectId)
  } catch (error) {
    if (error instanceof HksError && error.code === 'PROJECT_MISSING') return []
    throw error
  }
}
