import type { ExecutionSummary } from '../../contract/executions.ts'
import type { Ledger, LedgerQuery } from '../../contract/ledger.ts'
import {
  addPage,
  type Loaded,
  type OutcomeFilter,
  putExecution,
  queryOf,
  refreshHead,
  type Window,
} from './modelLedger.ts'

/** Changes come in bursts; the counts are asked for once after each. */
const settleMilliseconds = 400

/** The ledger as far as it is loaded, kept fresh at its head. Answers to an older filter are dropped. */
export class LedgerSession {
  /** Undefined until the first page has come. */
  loaded: Loaded | undefined
  isLoading = false
  /** Why the last page did not come. */
  fault: unknown
  private readonly ask: (query: LedgerQuery) => Promise<Ledger>
  private readonly now: () => number
  private readonly changed: () => void
  private window: Window = '30d'
  private outcome: OutcomeFilter = 'all'
  /** Raised with each filter. */
  private generation = 0
  private refreshing: ReturnType<typeof setTimeout> | undefined

  constructor(ask: (query: LedgerQuery) => Promise<Ledger>, now: () => number, changed: () => void) {
    this.ask = ask
    this.now = now
    this.changed = changed
  }

  /** Loads the first page of a window and a filter. */
  async open(window: Window, outcome: OutcomeFilter): Promise<void> {
    this.window = window
    this.outcome = outcome
    this.generation++
    this.loaded = undefined
    this.isLoading = false
    this.changed()
    await this.load(undefined)
  }

  /** Asks again for what failed. */
  retry(): void {
    void this.load(this.loaded?.nextCursor)
  }

  /** Loads the next page, if there is one and it is not being loaded. */
  loadMore(): void {
    if (this.loaded?.nextCursor !== undefined && this.fault === undefined) void this.load(this.loaded.nextCursor)
  }

  /** The index of a run; older pages are loaded until it is found. -1 when the window and filter do not have it. */
  async find(executionId: string): Promise<number> {
    for (;;) {
      const index = this.loaded?.items.findIndex(entry => entry.execution?.id === executionId) ?? -1
      const cursor = this.loaded?.nextCursor
      if (index >= 0 || cursor === undefined || this.isLoading) return index
      await this.load(cursor)
      if (this.fault !== undefined) return -1
    }
  }

  /** Shows a new or changed run at once. */
  put(execution: ExecutionSummary): void {
    if (this.loaded === undefined) return
    this.loaded = putExecution(this.loaded, execution, this.outcome)
    this.changed()
    this.refreshSoon()
  }

  /** Asks for a fresh first page: occurrences that did not run and the counts come no other way. */
  refreshSoon(): void {
    clearTimeout(this.refreshing)
    this.refreshing = setTimeout(() => void this.refresh(), settleMilliseconds)
  }

  dispose(): void {
    clearTimeout(this.refreshing)
    this.generation++
  }

  private async refresh(): Promise<void> {
    if (this.loaded === undefined) {
      if (!this.isLoading) await this.load(undefined)
      return
    }
    const { generation } = this
    try {
      const page = await this.ask(queryOf(this.window, this.outcome, this.now()))
      if (generation !== this.generation || this.loaded === undefined) return
      this.loaded = refreshHead(this.loaded, page)
      this.fault = undefined
    } catch (error) {
      if (generation !== this.generation) return
      this.fault = error
    }
    this.changed()
  }

  private async load(cursor: string | undefined): Promise<void> {
    if (this.isLoading) return
    const { generation } = this
    this.isLoading = true
    this.fault = undefined
    this.changed()
    try {
      const page = await this.ask(queryOf(this.window, this.outcome, this.now(), cursor))
      if (generation !== this.generation) return
      this.loaded = this.loaded === undefined ? { ...page } : addPage(this.loaded, page)
    } catch (error) {
      if (generation !== this.generation) return
      this.fault = error
    }
    this.isLoading = false
    this.changed()
  }
}
