import { html, type TemplateResult } from 'lit'
import type {
  ConnectionSettingsInit,
  ConnectionSettingsProtocol,
  ConnectionShown,
} from '../../contract/connectionSettings.ts'
import { problemsNotice, unsavedNotice } from '../ui/formNotices.ts'
import { connectHost } from '../ui/host.ts'
import { failure, notice } from '../ui/notice.ts'
import { NoticeBoard } from '../ui/noticeBoard.ts'
import { PageElement } from '../ui/pageElement.ts'
import { t } from '../ui/text.ts'
import { type Problem, problemOf, problemsOf } from './modelProblems.ts'
import { follow, formOf, isDirty, type SettingsField, type SettingsForm, toSave } from './modelSettings.ts'
import { idOf, settingsPage } from './settingsPage.ts'

/** What survives a reload of the page's frame. */
interface Kept {
  readonly connectionId: string
  readonly start: SettingsForm
  readonly form: SettingsForm
}

type Phase =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'ready' }

/** The settings of a connection. Holds the state; `settingsPage` draws it. */
export class ConnectionSettings extends PageElement {
  static override properties = { phase: { state: true }, tick: { state: true } }
  declare private phase: Phase
  /** Raised to draw again. */
  declare private tick: number

  private init!: ConnectionSettingsInit
  private shown!: ConnectionShown
  /** The state without changes. */
  private start!: SettingsForm
  private form!: SettingsForm
  private readonly notices = new NoticeBoard(() => this.draw())
  private readonly left = new Set<SettingsField>()
  private showsAll = false
  private isSaving = false
  /** What the gateway refused, until the form is changed. */
  private refused: Problem | undefined

  private readonly host = connectHost<ConnectionSettingsProtocol, Kept>({
    connection: ({ connected, message }) =>
      this.notices.tell(
        'gateway',
        connected ? undefined : { severity: 'warning', text: message ?? t('The gateway cannot be reached.') },
      ),
    // A connection belongs to the user, not to the workspace.
    trust: () => undefined,
    shown: shown => {
      if (this.phase.kind === 'ready') this.take(shown)
    },
    deleted: () => this.notices.tell('deleted', { severity: 'error', text: t('This cluster was forgotten.') }),
  })

  constructor() {
    super()
    this.phase = { kind: 'loading' }
    this.tick = 0
  }

  override connectedCallback(): void {
    super.connectedCallback()
    document.addEventListener('keydown', this.onKey)
    void this.load()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    document.removeEventListener('keydown', this.onKey)
  }

  protected override render(): TemplateResult {
    const { phase } = this
    if (phase.kind === 'loading')
      return html`<main class="loading" aria-busy="true"><hks-progress-ring></hks-progress-ring><p>${t('Loading…')}</p></main>`
    if (phase.kind === 'failed') {
      const retry = { label: t('Retry'), run: () => void this.load() }
      return html`<main class="form-page">${notice(failure(t('The settings could not be opened'), phase.error, [retry]))}</main>`
    }
    const problems = this.problems()
    const list = this.showsAll && problems.length > 0 ? [problemsNotice(problems, field => this.focusField(field))] : []
    return settingsPage({
      shown: this.shown,
      form: this.form,
      isDirty: isDirty(this.start, this.form),
      isSaving: this.isSaving,
      notices: [...list, ...this.notices.shown],
      problem: field =>
        this.showsAll || this.left.has(field) ? problems.find(one => one.field === field)?.message : undefined,
      set: change => this.change({ ...this.form, ...change }),
      leave: field => {
        this.left.add(field)
        this.draw()
      },
      chooseCa: () => void this.chooseCa(),
      save: () => void this.save(),
      cancel: () => this.cancel(),
    })
  }

  private async load(): Promise<void> {
    this.phase = { kind: 'loading' }
    try {
      this.init = await this.host.ask('init', null)
    } catch (error) {
      this.phase = { kind: 'failed', error }
      return
    }
    this.shown = this.init
    const now = formOf(this.init.connection)
    const kept = this.host.kept()
    const isKept = kept?.connectionId === this.init.connection.id
    this.form = isKept ? follow(kept.start, { ...now, ...kept.form }, now) : now
    this.start = now
    this.phase = { kind: 'ready' }
    this.keep()
  }

  private problems(): Problem[] {
    const problems = problemsOf(this.form, this.init.taken)
    const { refused } = this
    return refused === undefined || problems.some(({ field }) => field === refused.field)
      ? problems
      : [...problems, refused]
  }

  private change(form: SettingsForm): void {
    this.form = form
    this.refused = undefined
    this.notices.tell('save', undefined)
    this.keep()
    this.draw()
  }

  /** The connection as it is now; what the user has changed meanwhile stays a change. */
  private take(shown: ConnectionShown): void {
    const now = formOf(shown.connection)
    this.form = follow(this.start, this.form, now)
    this.start = now
    this.shown = shown
    this.keep()
    this.draw()
  }

  private async save(): Promise<void> {
    if (this.isSaving) return
    // What was refused before may be accepted now.
    this.refused = undefined
    this.showsAll = true
    const [problem] = this.problems()
    if (problem !== undefined) return this.focusField(problem.field)
    this.showsAll = false
    const { form } = this
    if (!isDirty(this.start, form)) {
      this.notices.tell('save', { severity: 'info', text: t('There is nothing to save: no field was changed.') })
      return
    }
    this.isSaving = true
    this.notices.tell('save', undefined)
    try {
      const shown = await this.host.ask('save', toSave(this.start, form))
      // What was sent is no change any more; what was typed meanwhile is.
      this.start = form
      this.take(shown)
      this.left.clear()
      this.notices.tell('save', { severity: 'success', text: t('Saved.') })
    } catch (error) {
      this.refuse(error)
    } finally {
      this.isSaving = false
      this.draw()
    }
  }

  private refuse(error: unknown): void {
    const problem = problemOf(error)
    if (problem === undefined) {
      const again = { label: t('Try again'), run: () => void this.save() }
      this.notices.tell('save', failure(t('Not saved'), error, [again]))
      return
    }
    this.refused = problem
    this.showsAll = true
    this.focusField(problem.field)
  }

  private async chooseCa(): Promise<void> {
    try {
      const registryCa = await this.host.ask('chooseFile', { near: this.form.registryCa })
      if (registryCa !== null) this.change({ ...this.form, registryCa })
    } catch (error) {
      this.notices.tell('save', failure(t('No file was chosen'), error))
    }
  }

  private cancel(): void {
    const close = () => void this.host.ask('close', null)
    if (!isDirty(this.start, this.form)) return close()
    this.notices.tell(
      'save',
      unsavedNotice(() => this.notices.tell('save', undefined), close),
    )
    void this.updateComplete.then(() => this.querySelector<HTMLElement>('.notice-actions hks-button')?.focus())
  }

  private focusField(field: SettingsField): void {
    this.draw()
    void this.updateComplete.then(() => this.querySelector<HTMLElement>(`#${idOf(field)}`)?.focus())
  }

  private keep(): void {
    const { start, form } = this
    this.host.keep({ connectionId: this.init.connection.id, start, form })
    this.host.tell('dirty', { dirty: isDirty(start, form) })
  }

  private draw(): void {
    this.tick++
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || this.phase.kind !== 'ready') return
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      void this.save()
    } else if (event.key === 'Escape' && isDirty(this.start, this.form)) {
      // A page that is only read stays: Escape is pressed for much else.
      this.cancel()
    }
  }
}
