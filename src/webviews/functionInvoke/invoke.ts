import type { TemplateResult } from 'lit'
import type {
  CallInput,
  FunctionInvokeInit,
  FunctionInvokeProtocol,
  InvokeErrand,
  SavedPayloads,
} from '../../contract/functionInvoke.ts'
import type { Function } from '../../contract/functions.ts'
import { connectHost } from '../ui/host.ts'
import type { LogView } from '../ui/logView.ts'
import { NoticeBoard } from '../ui/noticeBoard.ts'
import { failedPage, loadingPage } from '../ui/opening.ts'
import { PageElement } from '../ui/pageElement.ts'
import { t } from '../ui/text.ts'
import { type Clock, clockOf } from '../ui/times.ts'
import { CallHistory } from './callHistory.ts'
import { CallPane } from './callPane.ts'
import { DraftEditor } from './draftEditor.ts'
import { invokePage } from './invokePage.ts'
import type { InvokeView } from './invokeView.ts'
import type { Draft } from './modelDraft.ts'
import { OwnCall } from './ownCall.ts'
import type { PayloadEditor } from './payloadEditor.ts'
import { replayOf } from './replay.ts'

/** What survives a reload of the page's frame. */
interface Kept {
  /** The host finds the panel's function by it after a reload of the window. */
  readonly functionId: string
  readonly draft: Draft
  readonly wraps: boolean
}

/** The page that calls one function. Joins its parts; `invokePage` draws them. */
export class FunctionInvoke extends PageElement {
  static override properties = { tick: { state: true } }
  /** Raised to draw again. */
  declare private tick: number

  private init: FunctionInvokeInit | undefined
  private fault: unknown
  private fn!: Function
  private isDeleted = false
  private isTrusted = true
  private clock!: Clock
  private lead = 0
  private wraps = true
  private second: ReturnType<typeof setInterval> | undefined
  private readonly logView = document.createElement('hks-log') as LogView
  private readonly draw = (): void => void this.tick++

  private readonly host = connectHost<FunctionInvokeProtocol, Kept>({
    connection: ({ connected, message }) => {
      const text = message ?? t('The gateway cannot be reached; calls wait until it is back.')
      this.notices.tell('connection', connected ? undefined : { severity: 'warning', text })
      if (connected) this.pane.logs.resume()
    },
    trust: ({ trusted }) => {
      this.isTrusted = trusted
      if (trusted) this.notices.tell('action', undefined)
    },
    function: ({ function: fn }) => {
      this.fn = fn
      this.draw()
    },
    deleted: () => {
      this.isDeleted = true
      const text = t('{0} was deleted; it cannot be called any more.', this.fn?.name ?? '')
      this.notices.tell('deleted', { severity: 'warning', text })
    },
    call: ({ call }) => this.own.take(call),
    calls: ({ calls }) => this.history.putLatest(calls),
    logLines: ({ followId, lines, end }) => this.pane.logs.lines(followId, lines, end),
    errand: () => void this.act(t('Not invoked'), async () => this.run(await this.host.ask('errand', null))),
  })
  private readonly notices = new NoticeBoard(this.draw)
  private readonly editor = new DraftEditor(this.notices, () => this.keep())
  private readonly own = new OwnCall(
    {
      invoke: (invocationId, input) => this.host.ask('invoke', { invocationId, input }),
      cancel: () => this.host.ask('cancel', null),
    },
    { began: () => this.began(), ended: id => this.ended(id), changed: () => this.changed() },
  )
  private readonly history = new CallHistory(
    cursor => this.host.ask('calls', cursor === undefined ? {} : { cursor }),
    () => {
      this.pane.put(this.history.find(this.pane.shownId))
      this.draw()
    },
  )
  private readonly pane = new CallPane(this.host.ask, this.own, this.logView, this.draw)

  constructor() {
    super()
    this.tick = 0
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.logView.label = t('Log of this call')
    this.second = setInterval(() => this.onSecond(), 1000)
    window.addEventListener('keydown', this.onKey)
    void this.load()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearInterval(this.second)
    window.removeEventListener('keydown', this.onKey)
  }

  protected override updated(): void {
    this.logView.classList.toggle('wrap', this.wraps)
  }

  protected override render(): TemplateResult {
    if (this.fault !== undefined)
      return failedPage(t('The page could not be opened'), this.fault, () => void this.load())
    if (this.init === undefined) return loadingPage()
    return invokePage(this.view(), this.logView)
  }

  private view(): InvokeView {
    const { editor, own, pane, history, host, logView } = this
    const { payload } = editor
    const does = (failed: string, work: () => Promise<unknown>) => (): void => void this.act(failed, work)
    const changes = (failed: string, ask: () => Promise<SavedPayloads | null>): void =>
      void this.act(failed, async () => editor.takeSaved(await ask()))
    return {
      fn: this.fn,
      isDeleted: this.isDeleted,
      isRunning: own.isRunning,
      clock: this.clock,
      now: this.now(),
      notices: this.notices.shown,
      draft: editor.draft,
      problem: editor.problem,
      saved: editor.saved,
      savedName: editor.savedName,
      call: own.state,
      record: pane.record,
      shownId: pane.shownId,
      calls: history.calls,
      older: history.older,
      log: pane.log,
      logLines: logView.lines.length,
      droppedLines: logView.dropped,
      wraps: this.wraps,
      invoke: () => this.invoke(),
      cancel: does(t('Not cancelled'), () => own.cancel()),
      edit: change => editor.edit(change),
      format: () => (editor.problem === undefined ? editor.format() : this.goToProblem()),
      goToProblem: () => this.goToProblem(),
      choose: name => editor.choose(name),
      save: () => changes(t('Not saved'), () => host.ask('savePayload', { payload, ...editor.suggestedName })),
      rename: name => changes(t('Not renamed'), () => host.ask('renamePayload', { name })),
      remove: name => changes(t('Not deleted'), () => host.ask('deletePayload', { name })),
      copyCurl: does(t('Not copied'), () => host.ask('copyCurl', { payload })),
      copyAnswer: does(t('Not copied'), () => host.ask('copyAnswer', null)),
      openAnswer: does(t('Not opened'), () => host.ask('openAnswer', null)),
      saveAnswer: does(t('Not saved'), () => this.saveAnswer()),
      openLog: does(t('Not opened'), () => host.ask('openLog', { invocationId: pane.shownId ?? '' })),
      reloadLog: () => pane.showLog(),
      setWraps: wraps => {
        this.wraps = wraps
        this.keep()
      },
      select: id => pane.show(history.find(id)!),
      replay: id => void this.replay(id),
      loadOlder: () => void history.loadOlder(),
    }
  }

  private async load(): Promise<void> {
    this.fault = undefined
    this.draw()
    let init: FunctionInvokeInit
    try {
      init = await this.host.ask('init', null)
    } catch (error) {
      this.fault = error
      this.draw()
      return
    }
    this.init = init
    this.fn = init.function
    this.isTrusted = init.trusted
    this.lead = Date.parse(init.now) - Date.now()
    this.clock = clockOf(init.viewerTimeZone, init.locale, this.now())
    this.logView.timeZone = init.viewerTimeZone
    const kept = this.host.kept()
    this.wraps = kept?.wraps ?? true
    this.editor.open(init, kept?.draft)
    this.history.open(init.calls, init.olderCalls)
    this.own.resume(init.call)
    this.keep()
    this.pane.showLog()
    this.run(init.errand ?? null)
  }

  private now(): number {
    return Date.now() + this.lead
  }

  private keep(): void {
    this.host.keep({ functionId: this.fn.id, draft: this.editor.draft, wraps: this.wraps })
    this.draw()
  }

  private run(errand: InvokeErrand | null): void {
    if (errand === null) return
    if (errand.kind === 'invoke') this.invoke()
    else void this.replay(errand.invocationId)
  }

  private goToProblem(): void {
    const { problem } = this.editor
    if (problem?.field === 'json') this.querySelector<PayloadEditor>('hks-payload')?.goTo(problem.problem.offset)
    else if (problem !== undefined) this.querySelector<HTMLInputElement>('#contentType')?.focus()
  }

  private async saveAnswer(): Promise<void> {
    const saved = await this.host.ask('saveAnswer', null)
    if (saved !== null) this.notices.tell('action', { severity: 'success', text: t('Saved to {0}.', saved.path) })
  }

  private invoke(): void {
    if (this.isDeleted || this.own.isRunning) return
    if (this.editor.problem !== undefined) return this.goToProblem()
    this.notices.tell('draft', undefined)
    this.send({ payload: this.editor.payload })
  }

  private send(input: CallInput): void {
    this.notices.tell('replay', undefined)
    if ('payload' in input) this.editor.markSent(input.payload)
    void this.act(t('Not invoked'), () => this.own.start(input, this.now()))
  }

  private async replay(invocationId: string): Promise<void> {
    if (this.isDeleted || this.own.isRunning) return
    const told = t('The payload of that call took the place of what you had typed.')
    await this.act(t('Not replayed'), async () => {
      const replay = replayOf(await this.host.ask('record', { invocationId }))
      if (replay.kind === 'edit' || replay.kind === 'fill') this.editor.replace(replay.payload, told)
      if (replay.kind === 'edit') this.send({ payload: replay.payload })
      if (replay.kind === 'same') this.send({ sameAs: invocationId })
      if (replay.kind !== 'edit') this.notices.tell('replay', replay.notice)
    })
  }

  private began(): void {
    this.pane.showOwn()
    void this.moveFocus('#invoke', '#cancel')
  }

  private ended(invocationId: string): void {
    this.pane.finishOwn(invocationId)
    void this.moveFocus('#cancel', '#invoke')
  }

  private changed(): void {
    const record = this.own.state?.record
    if (record !== undefined) this.history.put([record])
    this.draw()
  }

  /** A button that has the focus and goes away hands it to the one that takes its place. */
  private async moveFocus(from: string, to: string): Promise<void> {
    const hadFocus = this.querySelector(from)?.matches(':focus-within, :focus') ?? false
    this.draw()
    await this.updateComplete
    // The button takes a frame more until it can have the focus.
    await new Promise(requestAnimationFrame)
    if (hadFocus) this.querySelector<HTMLElement>(to)?.focus()
  }

  private act(failed: string, work: () => Promise<unknown>): Promise<void> {
    const manage = { label: t('Manage Workspace Trust'), run: () => void this.host.ask('manageTrust', null) }
    return this.notices.act(failed, work, () => (this.isTrusted ? [] : [manage]))
  }

  /** With the clock alone only what runs changes; the distances from now are told in minutes. */
  private onSecond(): void {
    if (this.init === undefined) return
    const isRunning = this.own.isRunning || this.history.calls.some(call => call.outcome === 'running')
    if (isRunning || Math.floor(Date.now() / 1000) % 30 === 0) this.draw()
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.altKey || this.init === undefined) return
    event.preventDefault()
    this.invoke()
  }
}
