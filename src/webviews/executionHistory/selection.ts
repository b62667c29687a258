import type { LedgerEntry } from '../../contract/ledger.ts'
import type { LedgerSession } from './ledgerSession.ts'
import { keyOf } from './modelLedger.ts'
import { barsIn, firstShown } from './modelTimeline.ts'

/** Where the key of the selected entry is kept. */
export interface KeptKey {
  readonly get: () => string | undefined
  readonly set: (key: string) => void
}

/** Rows from the end at which older ones are asked for. */
const loadAhead = 20

/** The selected entry of the ledger, and the part of the timeline that shows it. */
export class Selection {
  /** Index of the first bar. */
  first = 0
  /** Of the timeline, in pixels. */
  width = 600
  private readonly ledger: LedgerSession
  private readonly key: KeptKey
  private readonly selected: () => void

  /** @param selected - another entry is selected, or the selected one may have changed */
  constructor(ledger: LedgerSession, key: KeptKey, selected: () => void) {
    this.ledger = ledger
    this.key = key
    this.selected = selected
  }

  get items(): readonly LedgerEntry[] {
    return this.ledger.loaded?.items ?? []
  }

  get entry(): LedgerEntry | undefined {
    return this.items[this.index]
  }

  select(index: number): void {
    const entry = this.items[index]
    if (entry === undefined) return
    this.first = firstShown(this.first, index, barsIn(this.width), this.items.length)
    this.key.set(keyOf(entry))
    this.selected()
    if (index > this.items.length - loadAhead) this.ledger.loadMore()
  }

  move(steps: number): void {
    this.select(Math.max(0, Math.min(this.items.length - 1, this.index + steps)))
  }

  /** Selects a run by its id; false when it is not in the time and outcome that are shown. */
  async selectExecution(executionId: string): Promise<boolean> {
    const index = await this.ledger.find(executionId)
    if (index >= 0) this.select(index)
    return index >= 0
  }

  /** Without a selection the newest entry is shown; one that is filtered away gives way to it, too. */
  settle(): void {
    const newest = this.items[0]
    if (newest !== undefined && this.entry === undefined) this.key.set(keyOf(newest))
    this.selected()
  }

  /** The timeline has another width. */
  fit(width: number): void {
    this.width = width
    this.first = firstShown(this.first, this.index, barsIn(width), this.items.length)
  }

  private get index(): number {
    return this.items.findIndex(entry => keyOf(entry) === this.key.get())
  }
}
