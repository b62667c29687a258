import type { TemplateResult } from 'lit'
import type { CronJob } from '../../contract/cronJobs.ts'
import { HksError } from '../../contract/errors.ts'
import type { ScheduleEditorInit, ScheduleEditorProtocol } from '../../contract/webviews.ts'
import { connectHost } from '../ui/host.ts'
import { failure, type Notice } from '../ui/notice.ts'
import { PageElement } from '../ui/pageElement.ts'
import { t } from '../ui/text.ts'
import {
  changedNotice,
  deletedNotice,
  problemsNotice,
  savedNotice,
  seriousNotice,
  unsavedNotice,
  untrustedNotice,
} from './editorNotices.ts'
import { editorPage } from './editorPage.ts'
import { type EditorView, idOf, type Section } from './editorView.ts'
import { createBody, type Form, formOf, isDirty, newForm, updateBody } from './modelForm.ts'
import { lintKey, type Preview } from './modelPreview.ts'
import { type FieldPath, type Problem, problemsOf } from './modelProblems.ts'
import { problemOf, sectionOf } from './modelRefusal.ts'
import { ScheduleAdvice } from './scheduleAdvice.ts'
import { offeredZones } from './zoneField.ts'

/** What survives a reload of the page's frame. */
interface Kept {
  readonly jobId: string | undefined
  readonly start: Form
  readonly form: Form
  readonly open: readonly Section[]
}

type Phase =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'ready' }

/** The schedule editor and the form that creates a CronJob. Holds the state; `editorPage` draws it. */
export class ScheduleEditor extends PageElement {
  static override properties = { phase: { state: true }, tick: { state: true } }
  declare private phase: Phase
  /** Raised to draw again. */
  declare private tick: number

  private init!: ScheduleEditorInit
  private advice!: ScheduleAdvice
  private mode: 'create' | 'edit' = 'create'
  private saved: CronJob | undefined
  private start!: Form
  private form!: Form
  private open = new Set<Section>()
  private left = new Set<FieldPath>()
  private showAllProblems = false
  private listsProblems = false
  private notices: { readonly about: string; readonly notice: Notice }[] = []
  private isSaving = false
  private isTrusted = true
  private refused: { readonly problem: Problem; readonly form: Form } | undefined
  private acknowledged = ''
  private minute: ReturnType<typeof setInterval> | undefined
  private zones: readonly string[] = []

  private readonly host = connectHost<ScheduleEditorProtocol, Kept>({
    connection: ({ connected, message }) =>
      this.tellAbout(
        'connection',
        connected ? undefined : { severity: 'warning', text: message ?? t('The gateway cannot be reached.') },
      ),
    trust: ({ trusted }) => {
      this.isTrusted = trusted
      if (trusted) this.tellAbout('save', undefined)
    },
    cronJob: ({ cronJob }) => this.jobChanged(cronJob),
    deleted: () => this.jobDeleted(),
  })

  constructor() {
    super()
    this.phase = { kind: 'loading' }
    this.tick = 0
  }

  override connectedCallback(): void {
    super.connectedCallback()
    document.addEventListener('keydown', this.onKey)
    this.minute = setInterval(() => this.draw(), 30_000)
    void this.load()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    document.removeEventListener('keydown', this.onKey)
    clearInterval(this.minute)
    if (this.phase.kind === 'ready') this.advice.dispose()
  }

  protected override render(): TemplateResult {
    return editorPage({
      phase: this.phase,
      retry: () => void this.load(),
      ...(this.phase.kind === 'ready' ? { ready: this.ready() } : {}),
    })
  }

  private ready() {
    const preview = this.advice.preview(this.form, this.saved)
    return {
      view: this.view(preview),
      title: this.mode === 'create' ? t('New CronJob') : this.form.name,
      isSaving: this.isSaving,
      isDirty: this.isDirty(),
      isSuspended: this.saved?.suspend === true,
      notices: this.shownNotices(),
      zones: this.zones,
      save: () => void this.save(),
      cancel: () => this.cancel(),
      setSuspended: (suspend: boolean) => void this.setSuspended(suspend),
    }
  }

  /** The list of what is to be mended shrinks while the user mends it. */
  private shownNotices(): Notice[] {
    const problems = this.listsProblems ? this.problems() : []
    const list = problems.length === 0 ? [] : [problemsNotice(problems, field => this.focusField(field))]
    return [...list, ...this.notices.map(one => one.notice)]
  }

  private view(preview: Preview): EditorView {
    const problems = this.problems()
    const isShown = (field: FieldPath) =>
      this.showAllProblems || this.left.has(field) || field === 'schedule' || field === 'timeZone'
    return {
      init: this.init,
      mode: this.mode,
      form: this.form,
      preview,
      warnings: this.advice.warnings(this.form, () => this.draw()),
      now: this.advice.now(),
      jobClock: this.advice.clock(this.form.timeZone),
      viewerClock: this.advice.clock(this.init.viewerTimeZone),
      problem: field => (isShown(field) ? problems.find(one => one.field === field)?.message : undefined),
      set: change => this.change({ ...this.form, ...change }),
      leave: field => {
        this.left.add(field)
        this.draw()
      },
      isOpen: section => this.open.has(section),
      setOpen: (section, isOpen) => {
        if (isOpen) this.open.add(section)
        else this.open.delete(section)
        this.keep()
        this.draw()
      },
      pickSecret: row => void this.pickSecret(row),
    }
  }

  private async load(): Promise<void> {
    this.phase = { kind: 'loading' }
    try {
      this.init = await this.host.ask('init', null)
    } catch (error) {
      this.phase = { kind: 'failed', error }
      return
    }
    const { init } = this
    this.advice = new ScheduleAdvice(init, request => this.host.ask('preview', request))
    this.isTrusted = init.trusted
    this.zones = offeredZones(init.viewerTimeZone)
    this.startFrom(init.cronJob)
    const kept = this.host.kept()
    if (kept !== undefined && kept.jobId === this.saved?.id) {
      this.form = kept.form
      this.open = new Set(kept.open)
      if (isDirty(kept.start, this.start)) this.offerReload(this.saved)
      this.start = kept.start
    } else if (init.mode === 'create') this.open.add('what')
    this.phase = { kind: 'ready' }
    this.settle()
  }

  /** Makes a job, or an empty form, the state without changes. */
  private startFrom(job: CronJob | undefined): void {
    this.saved = job
    this.mode = job === undefined ? 'create' : 'edit'
    this.start = job === undefined ? newForm(this.init) : formOf(job)
    this.form = this.start
    this.left.clear()
    this.showAllProblems = false
    this.listsProblems = false
    this.refused = undefined
  }

  private change(form: Form): void {
    this.form = form
    this.tellAbout('save', undefined)
    this.keep()
    this.settle()
    this.draw()
  }

  private keep(): void {
    this.host.keep({ jobId: this.saved?.id, start: this.start, form: this.form, open: [...this.open] })
    this.host.tell('dirty', { dirty: this.isDirty() })
  }

  private isDirty(): boolean {
    return isDirty(this.start, this.form)
  }

  private draw(): void {
    this.tick++
  }

  /** The form's own problems and the one that the gateway named, until its field is changed. */
  private problems(): Problem[] {
    const problems = problemsOf(this.form, this.mode, this.start)
    const { refused } = this
    const isStill = refused?.form === this.form && !problems.some(one => one.field === refused.problem.field)
    if (refused !== undefined && isStill) problems.push(refused.problem)
    return problems
  }

  private settle(): void {
    this.advice.settle(this.form, error => {
      // What the gateway refuses is shown at once; whether it can be reached matters only on Save.
      if (error instanceof HksError && error.code === 'INVALID_SCHEDULE') this.refuse(error)
      this.draw()
    })
  }

  private async save(): Promise<void> {
    if (this.isSaving) return
    this.showAllProblems = true
    const [problem] = this.problems()
    if (problem !== undefined) {
      this.listsProblems = true
      this.focusField(problem.field)
      return
    }
    if (this.mode === 'edit' && !this.isDirty()) {
      this.tellAbout('save', { severity: 'info', text: t('There is nothing to save: no field was changed.') })
      return
    }
    if (!this.isTrusted) {
      this.tellAbout(
        'save',
        untrustedNotice(() => void this.host.ask('manageTrust', null)),
      )
      return
    }
    this.isSaving = true
    this.tellAbout('save', undefined)
    const { form, start } = this
    try {
      // Nothing is awaited before the request: a page that is closed now has saved.
      const serious = this.advice.currentWarnings(form).filter(warning => warning.severity === 'error')
      if (serious.length > 0 && this.acknowledged !== lintKey(form)) {
        this.tellAbout(
          'save',
          seriousNotice(serious, () => this.saveAnyway()),
        )
        return
      }
      const job = await this.host.ask(
        'save',
        this.mode === 'create'
          ? { mode: 'create', body: createBody(form) }
          : { mode: 'edit', body: updateBody(start, form) },
      )
      // What was typed while it was being saved is kept as a change of the saved job.
      const later = this.form
      this.startFrom(job)
      if (later !== form) this.form = later
      this.keep()
      this.tellAbout('save', savedNotice(job, this.advice.now()))
    } catch (error) {
      this.refuse(error)
    } finally {
      this.isSaving = false
      this.draw()
    }
  }

  private saveAnyway(): void {
    this.acknowledged = lintKey(this.form)
    void this.save()
  }

  private focusField(path: FieldPath): void {
    const section = sectionOf(path)
    if (section !== undefined) this.open.add(section)
    this.draw()
    void this.updateComplete.then(() => {
      const found = this.querySelector<HTMLElement>(`#${idOf(path)}`)
      const control = path === 'picker' ? found?.querySelector<HTMLElement>('[aria-invalid=true]') : found
      control?.focus()
    })
  }

  /** Shows an error at the field that it names, otherwise beside Save. */
  private refuse(error: unknown): void {
    const problem = problemOf(error, this.form)
    if (problem === undefined) {
      this.tellAbout('save', failure(t('Not saved'), error, [{ label: t('Try again'), run: () => void this.save() }]))
      return
    }
    this.refused = { problem, form: this.form }
    this.left.add(problem.field)
    if (!this.isSaving) return this.draw()
    this.listsProblems = true
    this.focusField(problem.field)
  }

  private cancel(): void {
    const close = () => void this.host.ask('close', null)
    if (!this.isDirty()) return close()
    this.tellAbout(
      'save',
      unsavedNotice(() => this.tellAbout('save', undefined), close),
    )
    void this.updateComplete.then(() => this.querySelector<HTMLElement>('.notice-actions hks-button')?.focus())
  }

  private async setSuspended(suspend: boolean): Promise<void> {
    try {
      const job = await this.host.ask('setSuspended', { suspend })
      if (job !== null) this.jobChanged(job)
    } catch (error) {
      this.tellAbout('suspend', failure(suspend ? t('Not suspended') : t('Not resumed'), error))
    }
  }

  private async pickSecret(row: number): Promise<void> {
    try {
      const from = await this.host.ask('pickSecret', { projectId: this.form.projectId })
      const current = this.form.secrets[row]
      if (from === null || current === undefined) return
      const name = current.name || (from.split('/')[1] ?? '').toUpperCase().replaceAll(/[^A-Z0-9_]/g, '_')
      this.change({ ...this.form, secrets: this.form.secrets.with(row, { name, value: from }) })
    } catch (error) {
      this.tellAbout('secret', failure(t('No secret was chosen'), error))
    }
  }

  private jobChanged(job: CronJob): void {
    if (this.phase.kind !== 'ready' || this.saved?.id !== job.id) return
    const isOther = isDirty(formOf(this.saved), formOf(job))
    const wasDirty = this.isDirty()
    this.saved = job
    if (isOther && !this.isSaving) {
      if (wasDirty) this.offerReload(job)
      else this.startFrom(job)
    }
    this.draw()
  }

  private offerReload(job: CronJob | undefined): void {
    const load = () => {
      this.startFrom(job)
      this.keep()
      this.tellAbout('changed', undefined)
    }
    this.tellAbout(
      'changed',
      changedNotice(load, () => this.tellAbout('changed', undefined)),
    )
  }

  private jobDeleted(): void {
    if (this.phase.kind !== 'ready' || this.saved === undefined) return
    this.tellAbout('changed', deletedNotice())
    this.saved = undefined
    this.mode = 'create'
    this.keep()
    this.draw()
  }

  /** Shows one notice about a matter, in place of what was said about it before. */
  private tellAbout(about: string, notice: Notice | undefined): void {
    const others = this.notices.filter(one => one.about !== about)
    if (notice === undefined && others.length === this.notices.length) return
    this.notices = notice === undefined ? others : [...others, { about, notice }]
    this.draw()
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || this.phase.kind !== 'ready') return
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      void this.save()
    } else if (event.key === 'Escape' && this.isDirty()) {
      // A page that is only read stays: Escape is pressed for much else.
      this.cancel()
    }
  }
}
