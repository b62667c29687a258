import type { CronJob } from '../../contract/cronJobs.ts'
import type { LedgerEntry } from '../../contract/ledger.ts'
import type { Notice } from '../ui/notice.ts'
import type { Clock } from '../ui/times.ts'
import type { LogState } from '../ui/logSession.ts'
import type { Loaded, OutcomeFilter, Window } from './modelLedger.ts'

/** The panes below the table. */
export type Pane = 'log' | 'details'

/** How the log is shown. */
export interface LogOptions {
  readonly follow: boolean
  readonly wrap: boolean
}

/** What the user looks for in the log. */
export interface Search {
  readonly text: string
  readonly count: number
  /** Index of the match in sight. */
  readonly at: number
}

/** What the history's templates show and call; made anew for each rendering. */
export interface HistoryView {
  readonly job: CronJob
  readonly isDeleted: boolean
  readonly clock: Clock
  readonly zone: string
  readonly now: number
  readonly notices: readonly Notice[]
  readonly window: Window
  readonly outcome: OutcomeFilter
  /** Undefined until the first page has come. */
  readonly loaded: Loaded | undefined
  readonly isLoading: boolean
  /** Why the last page did not come. */
  readonly fault: unknown
  readonly timelineWidth: number
  readonly timelineFirst: number
  readonly selected: LedgerEntry | undefined
  readonly selectedKey: string | undefined
  readonly pane: Pane
  readonly log: LogState
  readonly droppedLines: number
  readonly options: LogOptions
  readonly search: Search | undefined
  readonly setWindow: (window: Window) => void
  readonly setOutcome: (outcome: OutcomeFilter) => void
  readonly retry: () => void
  readonly loadMore: () => void
  readonly select: (index: number) => void
  readonly move: (steps: number) => void
  readonly setPane: (pane: Pane) => void
  readonly setOptions: (change: Partial<LogOptions>) => void
  readonly find: (text: string) => void
  readonly showMatch: (step: 1 | -1) => void
  readonly closeSearch: () => void
  readonly reloadLog: () => void
  readonly scrolledLog: () => void
  readonly run: (retryOf?: string) => void
  readonly stop: (executionId: string) => void
  readonly copyLog: () => void
  readonly openInOutput: (executionId?: string) => void
  readonly editSchedule: () => void
}
