import type { CronJobRecord } from './cronJob.ts'
import type { ApplicationRecord } from './application.ts'
import type { FunctionRecord, RevisionRecord } from './function.ts'
import type { ProjectStore } from './projectStore.ts'

/** A CronJob with what its controller must remember across restarts. */
export interface StoredCronJob {
  readonly cronJob: CronJobRecord
  /** The latest nominal time that was handled (started, skipped or passed over); epoch milliseconds. */
  readonly lastNominalAt?: number
}

/** The CronJobs of the `local` provider. */
export interface LocalCronJobs {
  /** By name; all projects when `projectId` is absent. */
  list(projectId?: string): Promise<readonly StoredCronJob[]>
  get(id: string): Promise<StoredCronJob | undefined>
  /** @throws HksError CONFLICT when a CronJob of the project has the name, NOT_FOUND for an unknown project */
  insert(cronJob: CronJobRecord): Promise<void>
  /** Replaces the spec and `updatedAt`; `lastNominalAt` stays. @throws HksError NOT_FOUND, CONFLICT (name) */
  update(cronJob: CronJobRecord): Promise<void>
  /**
   * Remembers the latest nominal time that was handled. `nextExecutionAt` is for people who read the database; answers
   * compute it. @throws HksError NOT_FOUND
   */
  saveLastNominal(id: string, lastNominalAt: number, nextExecutionAt?: number): Promise<void>
  /** Removing what is not there is no error. Its executions stay; see `LedgerStore.removeApplication`. */
  remove(id: string): Promise<void>
}

/** The named commands of the `local` provider. */
export interface LocalApplications {
  /** By name. */
  list(projectId: string): Promise<readonly ApplicationRecord[]>
  get(id: string): Promise<ApplicationRecord | undefined>
  /** @throws HksError CONFLICT when one of the project has the name, NOT_FOUND for an unknown project */
  insert(application: ApplicationRecord): Promise<void>
  /** Removing what is not there is no error. */
  remove(id: string): Promise<void>
}

/** A function as it is kept: without what is known only while a gateway runs, and without its revisions. */
export type StoredFunction = Omit<FunctionRecord, 'url' | 'replicas' | 'revisions'>

/** The functions of the `local` provider and their revisions. */
export interface LocalFunctions {
  /** By name; all projects when `projectId` is absent. */
  list(projectId?: string): Promise<readonly StoredFunction[]>
  get(id: string): Promise<StoredFunction | undefined>
  /**
   * With its first revision: both or neither.
   * @throws HksError CONFLICT when a function of the project has the name, NOT_FOUND for an unknown project
   */
  insert(fn: StoredFunction, revision?: RevisionRecord): Promise<void>
  /**
   * Replaces spec, status, reason, serving and `updatedAt`, and saves a revision: both or neither. With it go transient
   * revisions that do not serve and have a newer one. @throws HksError NOT_FOUND, CONFLICT (name)
   */
  update(fn: StoredFunction, revision?: RevisionRecord): Promise<void>
  /** Its revisions go with it. Removing what is not there is no error. */
  remove(id: string): Promise<void>
  /** Inserts or replaces by id. @throws HksError CONFLICT when another revision has the number */
  saveRevision(revision: RevisionRecord): Promise<void>
  /** Newest first, at most `limit` (default: all). */
  revisions(functionId: string, limit?: number): Promise<readonly RevisionRecord[]>
  /** Whether a revision of any function has this source. */
  hasSource(digest: string): Promise<boolean>
}

/** Small values of the gateway itself, such as `keepRunning` or the port of the function listener. Never a secret. */
export interface Settings {
  get(key: string): Promise<string | undefined>
  set(key: string, value: string): Promise<void>
}

/** All that the `local` provider keeps. main.ts passes it in. */
export interface LocalState {
  readonly projects: ProjectStore
  readonly cronJobs: LocalCronJobs
  readonly applications: LocalApplications
  readonly functions: LocalFunctions
  readonly settings: Settings
}
