import type { Execution } from './cronJob.ts'

/** Which executions to read, newest first by start. */
export interface ExecutionSelection {
  readonly applicationId: string
  readonly limit: number
  /** Only those that sort after this one. */
  readonly after?: { readonly startedAt: number; readonly id: string }
  readonly status?: Execution['status']
}

/** What the ledger keeps of runs. Written by providers, read by services. */
export interface ExecutionStore {
  /**
   * Inserts or replaces by id. A second run of one (application, scheduledAt) is refused: CONFLICT. With `isTold` a power
   * cut may lose it: whoever told of it still can.
   */
  save(execution: Execution, options?: { readonly isTold?: boolean }): Promise<void>
  get(id: string): Promise<Execution | undefined>
  list(selection: ExecutionSelection): Promise<readonly Execution[]>
  /** The last `count` of each application, newest first; all applications when `applicationIds` is absent. */
  recent(count: number, applicationIds?: readonly string[]): Promise<ReadonlyMap<string, readonly Execution[]>>
  /** The last nominal time of each CronJob that has a scheduled run, however many others followed; epoch milliseconds. */
  lastScheduled(): Promise<ReadonlyMap<string, number>>
  /** Scheduled runs whose nominal time, or manual runs whose start, lies in [from, to]. */
  between(applicationId: string, from: number, to: number): Promise<readonly Execution[]>
  running(): Promise<readonly Execution[]>
}
