import { html, nothing, type PropertyValues, type TemplateResult } from 'lit'
import type { LedgerEntry } from '../../contract/ledger.ts'
import { icon } from '../ui/icon.ts'
import { PageElement } from '../ui/pageElement.ts'
import { t } from '../ui/text.ts'
import type { Clock } from '../ui/times.ts'
import { type EntryText, entryText } from './modelEntry.ts'
import { type EntryKind, keyOf, kindOf } from './modelLedger.ts'

/** Height of a row in pixels; the style sheet has the same number. */
const rowHeight = 24
/** Rows drawn above and below those in sight. */
const overscan = 8

const icons: Readonly<Record<EntryKind, string>> = {
  succeeded: 'pass',
  failed: 'error',
  running: 'sync',
  skipped: 'debug-step-over',
  missed: 'circle-slash',
  unknown: 'question',
}

/**
 * The table of runs and of occurrences that did not run. Only the rows in sight exist; more are asked for near the end.
 *
 * @fires choose - CustomEvent<number>: a row was selected, by its index
 * @fires more - the end of the loaded rows came into sight
 */
export class RunsGrid extends PageElement {
  static override properties = {
    entries: { attribute: false },
    selectedKey: { attribute: false },
    clock: { attribute: false },
    now: { attribute: false },
    hasMore: { attribute: false },
    zone: { attribute: false },
    top: { state: true },
    visible: { state: true },
  }
  declare entries: readonly LedgerEntry[]
  declare selectedKey: string | undefined
  declare clock: Clock
  declare now: number
  declare hasMore: boolean
  declare zone: string
  /** How far the rows are scrolled, in pixels. */
  declare private top: number
  /** Height in sight, in pixels. */
  declare private visible: number
  private readonly resized = new ResizeObserver(() => this.measure())

  constructor() {
    super()
    this.entries = []
    this.top = 0
    this.visible = 400
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.resized.disconnect()
  }

  protected override firstUpdated(): void {
    this.resized.observe(this.box())
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('selectedKey')) this.reveal()
    const end = Math.ceil((this.top + this.visible) / rowHeight)
    if (this.hasMore && end > this.entries.length - 20) this.dispatchEvent(new CustomEvent('more'))
  }

  protected override render(): TemplateResult {
    const first = Math.max(0, Math.floor(this.top / rowHeight) - overscan)
    const rows = this.entries.slice(first, first + Math.ceil(this.visible / rowHeight) + 2 * overscan)
    const selected = this.selectedIndex()
    const isDrawn = selected >= first && selected < first + rows.length
    return html`<div
      class="grid-box"
      role="grid"
      tabindex="0"
      aria-label=${t('Runs and occurrences, newest first')}
      aria-rowcount=${this.hasMore ? -1 : this.entries.length + 1}
      aria-activedescendant=${isDrawn ? `row-${selected}` : nothing}
      @keydown=${this.onKey}
      @scroll=${() => this.measure()}
    >
      <div class="grid-head" role="rowgroup">
        <div role="row" aria-rowindex="1">
          <span role="columnheader" class="c-scheduled" title=${t('Times are in {0}', this.zone)}>${t('Scheduled')}</span>
          <span role="columnheader" class="c-started" title=${t('Times are in {0}', this.zone)}>${t('Started')}</span>
          <span role="columnheader" class="c-lateness">${t('Lateness')}</span>
          <span role="columnheader" class="c-duration">${t('Duration')}</span>
          <span role="columnheader" class="c-outcome">${t('Outcome')}</span>
          <span role="columnheader" class="c-trigger">${t('Trigger')}</span>
        </div>
      </div>
      <div class="grid-body" role="presentation">
        <svg class="spacer" width="1" height=${this.entries.length * rowHeight} aria-hidden="true"></svg>
        <div class="grid-rows" role="rowgroup">${rows.map((entry, i) => this.row(entry, first + i))}</div>
      </div>
    </div>`
  }

  private row(entry: LedgerEntry, index: number): TemplateResult {
    const text: EntryText = entryText(entry, this.clock, this.now)
    const kind = kindOf(entry)
    const isSelected = keyOf(entry) === this.selectedKey
    return html`<div
      id="row-${index}"
      role="row"
      class=${isSelected ? 'selected' : ''}
      aria-rowindex=${index + 2}
      aria-selected=${isSelected}
      @click=${() => this.choose(index)}
    >
      <span role="gridcell" class="c-scheduled">${text.scheduled}</span>
      <span role="gridcell" class="c-started">${text.started}</span>
      <span role="gridcell" class="c-lateness">${text.lateness}</span>
      <span role="gridcell" class="c-duration">${text.duration}</span>
      <span role="gridcell" class="c-outcome ${kind}" title=${text.outcome}>${icon(icons[kind])}<span>${text.outcome}</span></span>
      <span role="gridcell" class="c-trigger">${text.trigger}</span>
    </div>`
  }

  private box(): HTMLElement {
    return this.querySelector<HTMLElement>('.grid-box')!
  }

  private measure(): void {
    const box = this.box()
    this.top = box.scrollTop
    this.visible = box.clientHeight - rowHeight
    const rows = box.querySelector<HTMLElement>('.grid-rows')!
    // Moving the rows by hand keeps them in place within this frame; a style attribute in the template is forbidden.
    rows.style.top = `${Math.max(0, Math.floor(this.top / rowHeight) - overscan) * rowHeight}px`
  }

  private selectedIndex(): number {
    return this.entries.findIndex(entry => keyOf(entry) === this.selectedKey)
  }

  private choose(index: number): void {
    this.dispatchEvent(new CustomEvent('choose', { detail: index }))
  }

  private reveal(): void {
    const index = this.selectedIndex()
    if (index < 0) return
    const box = this.box()
    const top = index * rowHeight
    const room = box.clientHeight - rowHeight
    if (top < box.scrollTop) box.scrollTop = top
    else if (top + rowHeight > box.scrollTop + room) box.scrollTop = top + rowHeight - room
    this.measure()
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const page = Math.max(1, Math.floor(this.visible / rowHeight) - 1)
    const last = this.entries.length
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, End: last, Home: -last }[event.key]
    if (steps === undefined || last === 0) return
    event.preventDefault()
    this.choose(Math.max(0, Math.min(last - 1, this.selectedIndex() + steps)))
  }
}
