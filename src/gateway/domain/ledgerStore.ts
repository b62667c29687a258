import type { Decision, SchedulePeriod, WatchSpan } from './cronJob.ts'

/** What the ledger keeps besides runs: decisions, former schedules, watched spans, and whose application is whose. */
export interface LedgerStore {
  saveDecision(decision: Decision): Promise<void>
  decisions(applicationId: string, from: number, to: number): Promise<readonly Decision[]>
  /** Closes the present period at `period.validFrom` and opens this one. */
  savePeriod(period: SchedulePeriod): Promise<void>
  periods(applicationId: string): Promise<readonly SchedulePeriod[]>
  /** Opens a span at `at` in which `place` is watched, a connection or a project; later calls with the same `spanId` move its end. */
  heartbeat(spanId: string, at: number, place: string): Promise<void>
  /** The spans in which one of the places was watched. */
  watchSpans(from: number, to: number, places: readonly string[]): Promise<readonly WatchSpan[]>
  /**
   * Remembers whose application it is, where the provider keeps no list of them itself, and which object it is there;
   * without a `uid` that stays as it was.
   */
  saveApplication(applicationId: string, projectId: string, uid?: string): Promise<void>
  /** What {@link saveApplication} was told of a project, and was not removed since. */
  applications(projectId: string): Promise<readonly string[]>
  /** The applications of a project by the UIDs that {@link saveApplication} was told. */
  applicationsByUid(projectId: string): Promise<ReadonlyMap<string, string>>
  /** The project that {@link saveApplication} was told last. */
  projectOf(applicationId: string): Promise<string | undefined>
  /** Forgets all of an application, its executions too. */
  removeApplication(applicationId: string): Promise<void>
}
