import { html, type TemplateResult } from 'lit'
import type { CronJob, LedgerEntry } from '../../contract/cronJobs.ts'
import type { ExecutionHistoryInit, ExecutionHistoryProtocol } from '../../contract/webviews.ts'
import { connectHost } from '../ui/host.ts'
import { copyText } from '../ui/logLines.ts'
import { LogSession, type LogState } from '../ui/logSession.ts'
import type { LogView } from '../ui/logView.ts'
import { failure, type Notice, notice } from '../ui/notice.ts'
import { PageElement } from '../ui/pageElement.ts'
import { t } from '../ui/text.ts'
import { type Clock, clockOf } from '../ui/times.ts'
import { historyPage } from './historyPage.ts'
import type { HistoryView, LogOptions, Pane, Search } from './historyView.ts'
import { LedgerSession } from './ledgerSession.ts'
import { keyOf, type OutcomeFilter, type Window } from './modelLedger.ts'
import { barsIn, firstShown } from './modelTimeline.ts'

/** What survives a reload of the page's frame. */
interface Kept {
  readonly window: Window
  readonly outcome: OutcomeFilter
  readonly selectedKey: string | undefined
  readonly pane: Pane
  readonly options: LogOptions
}

const start: Kept = {
  window: '30d',
  outcome: 'all',
  selectedKey: undefined,
  pane: 'log',
  options: { follow: true, wrap: false },
}

/** The execution history of one CronJob. Holds the state; `historyPage` draws it. */
export class ExecutionHistory extends PageElement {
  static override properties = { tick: { state: true } }
  /** Raised to draw again. */
  declare private tick: number

  private init: ExecutionHistoryInit | undefined
  private fault: unknown
  private job!: CronJob
  private isDeleted = false
  private isTrusted = true
  private clock!: Clock
  private lead = 0
  private kept: Kept = start
  private log: LogState = { kind: 'ready' }
  private shownExecution: string | undefined
  private search: Search | undefined
  private timelineFirst = 0
  private timelineWidth = 600
  private notices: { readonly about: string; readonly notice: Notice }[] = []
  private readonly logView = document.createElement('hks-log') as LogView
  private readonly resized = new ResizeObserver(([entry]) => this.fit(entry?.contentRect.width ?? 0))
  private second: ReturnType<typeof setInterval> | undefined

  private readonly host = connectHost<ExecutionHistoryProtocol, Kept>({
    connection: ({ connected, message }) => {
      const text = message ?? t('The gateway cannot be reached; the history stands still.')
      this.tellAbout('connection', connected ? undefined : { severity: 'warning', text })
      if (!connected) return
      this.ledger.refreshSoon()
      this.logs.resume()
    },
    trust: ({ trusted }) => {
      this.isTrusted = trusted
      if (trusted) this.tellAbout('action', undefined)
    },
    cronJob: ({ cronJob }) => {
      this.job = cronJob
      this.ledger.refreshSoon()
      this.draw()
    },
    deleted: () => {
      this.isDeleted = true
      this.draw()
    },
    execution: ({ execution }) => this.ledger.put(execution),
    logLines: ({ followId, lines, end }) => this.logs.lines(followId, lines, end),
    select: ({ executionId }) => void this.selectExecution(executionId),
  })
  private readonly ledger = new LedgerSession(
    query => this.host.ask('ledger', query),
    () => this.now(),
    () => this.ledgerChanged(),
  )
  private readonly logs = new LogSession(
    {
      page: (executionId, query) => this.host.ask('log', { executionId, ...query }),
      follow: (executionId, followId, after) =>
        this.host.ask('followLog', { followId, executionId, ...(after === undefined ? {} : { after }) }),
      unfollow: () => this.host.ask('unfollowLog', null),
    },
    {
      reset: () => this.logView.reset(),
      append: lines => {
        this.logView.addLines(lines)
        if (this.kept.options.follow) this.logView.scrollToEnd()
        this.draw()
      },
      changed: state => {
        this.log = state
        this.draw()
      },
    },
  )

  constructor() {
    super()
    this.tick = 0
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.resized.observe(this)
    this.second = setInterval(() => this.onSecond(), 1000)
    this.logView.label = t('Log of the run')
    this.logView.addEventListener('scrolled', this.onScroll)
    void this.load()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.resized.disconnect()
    clearInterval(this.second)
    this.ledger.dispose()
    this.logView.removeEventListener('scrolled', this.onScroll)
  }

  protected override updated(): void {
    this.logView.classList.toggle('wrap', this.kept.options.wrap)
  }

  protected override render(): TemplateResult {
    if (this.fault !== undefined) {
      const retry = [{ label: t('Retry'), run: () => void this.load() }]
      return html`<main>${notice(failure(t('The history could not be opened'), this.fault, retry))}</main>`
    }
    if (this.init === undefined)
      return html`<main class="loading" aria-busy="true"><hks-progress-ring></hks-progress-ring><p>${t('Loading…')}</p></main>`
    return historyPage(this.view(), this.logView)
  }

  private view(): HistoryView {
    return {
      job: this.job,
      isDeleted: this.isDeleted,
      clock: this.clock,
      zone: this.zone(),
      now: this.now(),
      notices: this.notices.map(one => one.notice),
      window: this.kept.window,
      outcome: this.kept.outcome,
      loaded: this.ledger.loaded,
      isLoading: this.ledger.isLoading,
      fault: this.ledger.fault,
      timelineWidth: this.timelineWidth,
      timelineFirst: this.timelineFirst,
      selected: this.selected(),
      selectedKey: this.kept.selectedKey,
      pane: this.kept.pane,
      log: this.log,
      droppedLines: this.logView.dropped,
      options: this.kept.options,
      search: this.search,
      setWindow: window => this.filter({ window }),
      setOutcome: outcome => this.filter({ outcome }),
      retry: () => this.ledger.retry(),
      loadMore: () => this.ledger.loadMore(),
      select: index => this.select(index),
      move: steps => this.move(steps),
      setPane: pane => this.keep({ pane }),
      setOptions: change => {
        this.keep({ options: { ...this.kept.options, ...change } })
        if (change.follow) this.logView.scrollToEnd()
      },
      find: text => this.find(text),
      showMatch: step => this.showMatch(step),
      closeSearch: () => this.find(''),
      reloadLog: () => this.showLog(true),
      scrolledLog: this.onScroll,
      run: retryOf => void this.act(t('Not started'), () => this.run(retryOf)),
      stop: executionId => void this.act(t('Not stopped'), () => this.stop(executionId)),
      copyLog: () =>
        void this.act(t('Not copied'), () => this.host.ask('copy', { text: copyText(this.logView.lines) })),
      openInOutput: executionId =>
        void this.act(t('Not opened'), () =>
          this.host.ask('openInOutput', executionId === undefined ? {} : { executionId }),
        ),
      editSchedule: () => void this.act(t('Not opened'), () => this.host.ask('editSchedule', null)),
    }
  }

  private async load(): Promise<void> {
    this.fault = undefined
    this.draw()
    try {
      this.init = await this.host.ask('init', null)
    } catch (error) {
      this.fault = error
      this.draw()
      return
    }
    const { init } = this
    this.job = init.cronJob
    this.isTrusted = init.trusted
    this.lead = Date.parse(init.now) - Date.now()
    this.clock = clockOf(this.zone(), init.locale, this.now())
    this.logView.timeZone = this.zone()
    this.kept = this.host.kept() ?? start
    this.draw()
    await this.ledger.open(this.kept.window, this.kept.outcome)
    if (init.executionId !== undefined && this.kept.selectedKey === undefined)
      await this.selectExecution(init.executionId)
  }

  private zone(): string {
    return this.job.timeZone ?? 'UTC'
  }

  private now(): number {
    return Date.now() + this.lead
  }

  private draw(): void {
    this.tick++
  }

  private keep(change: Partial<Kept>): void {
    this.kept = { ...this.kept, ...change }
    this.host.keep(this.kept)
    this.draw()
  }

  private filter(change: Partial<Pick<Kept, 'window' | 'outcome'>>): void {
    this.keep(change)
    this.timelineFirst = 0
    void this.ledger.open(this.kept.window, this.kept.outcome)
  }

  private items(): readonly LedgerEntry[] {
    return this.ledger.loaded?.items ?? []
  }

  private selected(): LedgerEntry | undefined {
    return this.items().find(entry => keyOf(entry) === this.kept.selectedKey)
  }

  /** Without a selection the newest entry is shown; one that is filtered away gives way to it, too. */
  private ledgerChanged(): void {
    const newest = this.items()[0]
    if (newest !== undefined && this.selected() === undefined) this.keep({ selectedKey: keyOf(newest) })
    this.showLog(false)
    this.draw()
  }

  private select(index: number): void {
    const entry = this.items()[index]
    if (entry === undefined) return
    this.timelineFirst = firstShown(this.timelineFirst, index, barsIn(this.timelineWidth), this.items().length)
    this.keep({ selectedKey: keyOf(entry) })
    this.showLog(false)
    if (index > this.items().length - 20) this.ledger.loadMore()
  }

  private move(steps: number): void {
    const at = this.items().findIndex(entry => keyOf(entry) === this.kept.selectedKey)
    this.select(Math.max(0, Math.min(this.items().length - 1, at + steps)))
  }

  private async selectExecution(executionId: string): Promise<void> {
    const index = await this.ledger.find(executionId)
    if (index >= 0) this.select(index)
    else this.tellAbout('select', { severity: 'info', text: t('That run is not in the time and outcome shown here.') })
  }

  /** Loads the log of the selected run unless it is the one shown; a run that began just now is followed. */
  private showLog(again: boolean): void {
    const execution = this.selected()?.execution
    if (!again && execution?.id === this.shownExecution) return
    this.shownExecution = execution?.id
    void this.logs.show(execution?.id, execution?.status === 'running')
  }

  private find(text: string): void {
    this.search = text === '' ? undefined : { text, count: 0, at: 0 }
    const count = this.logView.find(text)
    if (this.search !== undefined) this.search = { text, count, at: 0 }
    this.logView.showMatch(0)
    this.draw()
  }

  private showMatch(step: 1 | -1): void {
    const { search } = this
    if (search === undefined || search.count === 0) return
    // Lines may have come since the text was looked for.
    const count = this.logView.find(search.text)
    const at = (search.at + step + count) % count
    this.search = { ...search, count, at }
    if (this.kept.options.follow) this.keep({ options: { ...this.kept.options, follow: false } })
    this.logView.showMatch(at)
    this.draw()
  }

  /** With the clock alone only what runs changes; the distances from now are told in minutes. */
  private onSecond(): void {
    const hasRunning = this.items().some(entry => entry.execution?.status === 'running')
    if (hasRunning || Math.floor(Date.now() / 1000) % 30 === 0) this.draw()
  }

  private readonly onScroll = (): void => {
    const follow = this.logView.isAtEnd
    const isRunning = this.selected()?.execution?.status === 'running'
    if (isRunning && follow !== this.kept.options.follow) this.keep({ options: { ...this.kept.options, follow } })
  }

  private async run(retryOf: string | undefined): Promise<void> {
    const execution = await this.host.ask('trigger', retryOf === undefined ? {} : { retryOf })
    this.ledger.put(execution)
    await this.selectExecution(execution.id)
  }

  private async stop(executionId: string): Promise<void> {
    const execution = await this.host.ask('stopRun', { executionId })
    if (execution !== null) this.ledger.put(execution)
  }

  /** Does what a button says; a failure is told beside the buttons. */
  private async act(failed: string, work: () => Promise<unknown>): Promise<void> {
    this.tellAbout('action', undefined)
    try {
      await work()
    } catch (error) {
      this.tellAbout('action', failure(failed, error, this.isTrusted ? [] : [this.manageTrust()]))
    }
  }

  private manageTrust() {
    return { label: t('Manage Workspace Trust'), run: () => void this.host.ask('manageTrust', null) }
  }

  private tellAbout(about: string, notice: Notice | undefined): void {
    const others = this.notices.filter(one => one.about !== about)
    if (notice === undefined && others.length === this.notices.length) return
    this.notices = notice === undefined ? others : [...others, { about, notice }]
    this.draw()
  }

  private fit(width: number): void {
    this.timelineWidth = width
    const at = this.items().findIndex(entry => keyOf(entry) === this.kept.selectedKey)
    this.timelineFirst = firstShown(this.timelineFirst, at, barsIn(width), this.items().length)
    this.draw()
  }
}
