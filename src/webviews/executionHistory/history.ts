import type { TemplateResult } from 'lit'
import type { CronJob } from '../../contract/cronJobs.ts'
import type { ExecutionHistoryInit, ExecutionHistoryProtocol } from '../../contract/webviews.ts'
import { connectHost } from '../ui/host.ts'
import { copyText } from '../ui/logLines.ts'
import type { LogView } from '../ui/logView.ts'
import { NoticeBoard } from '../ui/noticeBoard.ts'
import { failedPage, loadingPage } from '../ui/opening.ts'
import { PageElement } from '../ui/pageElement.ts'
import { t } from '../ui/text.ts'
import { type Clock, clockOf } from '../ui/times.ts'
import { historyPage } from './historyPage.ts'
import type { HistoryView, LogOptions, Pane } from './historyView.ts'
import { LedgerSession } from './ledgerSession.ts'
import { LogPane } from './logPane.ts'
import type { OutcomeFilter, Window } from './modelLedger.ts'
import { Selection } from './selection.ts'

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
  private readonly notices = new NoticeBoard(() => this.draw())
  private readonly logView = document.createElement('hks-log') as LogView
  private readonly resized = new ResizeObserver(([entry]) => {
    this.selection.fit(entry?.contentRect.width ?? 0)
    this.draw()
  })
  private second: ReturnType<typeof setInterval> | undefined

  private readonly host = connectHost<ExecutionHistoryProtocol, Kept>({
    connection: ({ connected, message }) => {
      const text = message ?? t('The gateway cannot be reached; the history stands still.')
      this.notices.tell('connection', connected ? undefined : { severity: 'warning', text })
      if (!connected) return
      this.ledger.refreshSoon()
      this.log.session.resume()
    },
    trust: ({ trusted }) => {
      this.isTrusted = trusted
      if (trusted) this.notices.tell('action', undefined)
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
    logLines: ({ followId, lines, end }) => this.log.session.lines(followId, lines, end),
    select: ({ executionId }) => void this.selectExecution(executionId),
  })
  private readonly ledger = new LedgerSession(
    query => this.host.ask('ledger', query),
    () => this.now(),
    () => this.selection.settle(),
  )
  private readonly selection = new Selection(
    this.ledger,
    { get: () => this.kept.selectedKey, set: selectedKey => this.keep({ selectedKey }) },
    () => {
      this.showLog()
      this.draw()
    },
  )
  private readonly log = new LogPane(
    this.host.ask,
    this.logView,
    {
      isWanted: () => this.kept.options.follow,
      want: follow => this.keep({ options: { ...this.kept.options, follow } }),
    },
    () => this.draw(),
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
    if (this.fault !== undefined)
      return failedPage(t('The history could not be opened'), this.fault, () => void this.load())
    if (this.init === undefined) return loadingPage()
    return historyPage(this.view(), this.logView)
  }

  private view(): HistoryView {
    return {
      job: this.job,
      isDeleted: this.isDeleted,
      clock: this.clock,
      zone: this.zone(),
      now: this.now(),
      notices: this.notices.shown,
      window: this.kept.window,
      outcome: this.kept.outcome,
      loaded: this.ledger.loaded,
      isLoading: this.ledger.isLoading,
      fault: this.ledger.fault,
      timelineWidth: this.selection.width,
      timelineFirst: this.selection.first,
      selected: this.selection.entry,
      selectedKey: this.kept.selectedKey,
      pane: this.kept.pane,
      log: this.log.state,
      droppedLines: this.logView.dropped,
      options: this.kept.options,
      search: this.log.search,
      setWindow: window => this.filter({ window }),
      setOutcome: outcome => this.filter({ outcome }),
      retry: () => this.ledger.retry(),
      loadMore: () => this.ledger.loadMore(),
      select: index => this.selection.select(index),
      move: steps => this.selection.move(steps),
      setPane: pane => this.keep({ pane }),
      setOptions: change => {
        this.keep({ options: { ...this.kept.options, ...change } })
        if (change.follow) this.logView.scrollToEnd()
      },
      find: text => this.log.find(text),
      showMatch: step => this.log.showMatch(step),
      closeSearch: () => this.log.find(''),
      reloadLog: () => this.reloadLog(),
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
    if (init.executionId !== undefined) await this.selectExecution(init.executionId)
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
    this.selection.first = 0
    void this.ledger.open(this.kept.window, this.kept.outcome)
  }

  private async selectExecution(executionId: string): Promise<void> {
    if (await this.selection.selectExecution(executionId)) return
    this.notices.tell('select', { severity: 'info', text: t('That run is not in the time and outcome shown here.') })
  }

  private showLog(): void {
    const execution = this.selection.entry?.execution
    this.log.show(execution?.id, execution?.status === 'running')
  }

  private reloadLog(): void {
    const execution = this.selection.entry?.execution
    this.log.load(execution?.id, execution?.status === 'running')
  }

  /** With the clock alone only what runs changes; the distances from now are told in minutes. */
  private onSecond(): void {
    const hasRunning = this.selection.items.some(entry => entry.execution?.status === 'running')
    if (hasRunning || Math.floor(Date.now() / 1000) % 30 === 0) this.draw()
  }

  private readonly onScroll = (): void => {
    const follow = this.logView.isAtEnd
    const isRunning = this.selection.entry?.execution?.status === 'running'
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

  private act(failed: string, work: () => Promise<unknown>): Promise<void> {
    return this.notices.act(failed, work, () => (this.isTrusted ? [] : [this.manageTrust()]))
  }

  private manageTrust() {
    return { label: t('Manage Workspace Trust'), run: () => void this.host.ask('manageTrust', null) }
  }
}
