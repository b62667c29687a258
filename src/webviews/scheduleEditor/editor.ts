import { html, nothing, type TemplateResult } from 'lit'
import type { CronJob } from '../../contract/cronJobs.ts'
import { HksError } from '../../contract/errors.ts'
import type { ScheduleWarning } from '../../contract/schedules.ts'
import type { ScheduleEditorInit, ScheduleEditorProtocol } from '../../contract/webviews.ts'
import { connectHost } from '../ui/host.ts'
import { failure, type Notice } from '../ui/notice.ts'
import { PageElement } from '../ui/pageElement.ts'
import { t } from '../ui/text.ts'
import { type Clock, clockOf } from '../ui/times.ts'
import { editorPage } from './editorPage.ts'
import { type EditorView, idOf, type Section } from './editorView.ts'
import { createBody, type Form, formOf, isDirty, newForm, updateBody } from './modelForm.ts'
import { joinWarnings, knownZone, lintKey, peersOf, type Preview, previewOf } from './modelPreview.ts'
import { type FieldPath, type Problem, problemsOf } from './modelProblems.ts'
import { offeredZones } from './zoneField.ts'

/** How long after the last keystroke the slower questions are asked: the gateway's word and the other jobs. */
const settleMilliseconds = 250

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
  private mode: 'create' | 'edit' = 'create'
  private saved: CronJob | undefined
  private start!: Form
  private form!: Form
  private open = new Set<Section>()
  private left = new Set<FieldPath>()
  private showAllProblems = false
  private notices: { readonly about: string; readonly notice: Notice }[] = []
  private isSaving = false
  private isTrusted = true
  private peers = 0
  private gateway: { readonly key: string; readonly warnings: readonly ScheduleWarning[] } | undefined
  private refused: { readonly field: FieldPath; readonly message: string; readonly value: string } | undefined
  private acknowledged = ''
  private settling: ReturnType<typeof setTimeout> | undefined
  private minute: ReturnType<typeof setInterval> | undefined
  private clockLead = 0
  private readonly clocks = new Map<string, Clock>()
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
    clearTimeout(this.settling)
  }

  protected override render(): TemplateResult {
    return editorPage({
      phase: this.phase,
      retry: () => void this.load(),
      ...(this.phase.kind === 'ready' ? { ready: this.ready() } : {}),
    })
  }

  private ready() {
    const preview = this.preview()
    return {
      view: this.view(preview),
      title: this.mode === 'create' ? t('New CronJob') : this.form.name,
      isSaving: this.isSaving,
      isSuspended: this.saved?.suspend === true,
      notices: this.notices.map(one => one.notice),
      zones: this.zones,
      save: () => void this.save(),
      cancel: () => this.cancel(),
      setSuspended: (suspend: boolean) => void this.setSuspended(suspend),
    }
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
      warnings: this.warnings(preview),
      now: this.now(),
      jobClock: this.clock(knownZone(this.form.timeZone) ?? 'UTC'),
      viewerClock: this.clock(this.init.viewerTimeZone),
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
    this.clockLead = Date.parse(init.now) - Date.now()
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

  private now(): number {
    return Date.now() + this.clockLead
  }

  private clock(zone: string): Clock {
    const made = this.clocks.get(zone) ?? clockOf(zone, this.init.locale, this.now())
    this.clocks.set(zone, made)
    return made
  }

  private preview(): Preview {
    return previewOf(this.form, {
      now: this.now(),
      saved: this.saved,
      usualMilliseconds: this.init.usualMilliseconds,
      peers: this.peers,
    })
  }

  private warnings(preview: Preview): ScheduleWarning[] {
    return joinWarnings(preview.warnings, this.gateway?.key === lintKey(this.form) ? this.gateway.warnings : undefined)
  }

  /** The form's own problems and the one that the gateway named, until its field is changed. */
  private problems(): Problem[] {
    const problems = problemsOf(this.form, this.mode, this.start)
    const { refused } = this
    if (
      refused !== undefined &&
      refused.value === JSON.stringify(this.form) &&
      !problems.some(p => p.field === refused.field)
    )
      problems.push({ field: refused.field, label: refused.field, message: refused.message })
    return problems
  }

  private settle(): void {
    clearTimeout(this.settling)
    this.settling = setTimeout(() => {
      this.peers = peersOf(this.form, this.init.neighbours, this.now())
      this.draw()
      void this.askGateway().catch((error: unknown) => {
        // The page has its own answer; the gateway's is asked again on Save.
        if (error instanceof HksError && error.code === 'INVALID_SCHEDULE') this.refuse(error)
      })
    }, settleMilliseconds)
  }

  /** Asks for the gateway's warnings about what stands in the form, unless they are known. */
  private async askGateway(): Promise<void> {
    const key = lintKey(this.form)
    const isComplete = !this.problems().some(one => one.field === 'schedule' || one.field === 'timeZone')
    if (this.gateway?.key === key || !isComplete) return
    const deadline = Number(this.form.startingDeadlineSeconds)
    const { warnings } = await this.host.ask('preview', {
      schedule: this.form.schedule,
      count: 0,
      ...(this.form.timeZone === '' ? {} : { timeZone: this.form.timeZone }),
      ...(this.form.startingDeadlineSeconds !== '' && Number.isInteger(deadline) && deadline >= 0
        ? { startingDeadlineSeconds: deadline }
        : {}),
    })
    this.gateway = { key, warnings }
    this.draw()
  }

  private async save(): Promise<void> {
    if (this.isSaving) return
    this.showAllProblems = true
    const problems = this.problems()
    if (problems.length > 0) return this.showProblems(problems)
    if (!this.isTrusted) return this.tellAbout('save', this.untrusted())
    this.isSaving = true
    this.tellAbout('save', undefined)
    const { form, start } = this
    try {
      await this.askGateway()
      const serious = this.warnings(this.preview()).filter(warning => warning.severity === 'error')
      if (serious.length > 0 && this.acknowledged !== lintKey(form)) return this.askAnyway(serious)
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
      this.tellAbout('save', { severity: 'success', text: t('Saved.') })
    } catch (error) {
      this.refuse(error)
    } finally {
      this.isSaving = false
      this.draw()
    }
  }

  private untrusted(): Notice {
    return {
      severity: 'warning',
      text: t('This workspace is not trusted, so nothing that runs can be saved.'),
      actions: [{ label: t('Manage Workspace Trust'), run: () => void this.host.ask('manageTrust', null) }],
    }
  }

  private showProblems(problems: readonly Problem[]): void {
    const text = html`${problems.length === 1 ? t('One thing is missing:') : t('{0} things are missing:', problems.length)}
      ${problems.map(
        (problem, i) =>
          html`${i > 0 ? ', ' : nothing}<button class="link" @click=${() => this.focusField(problem.field)}>${problem.label}</button>`,
      )}`
    this.tellAbout('save', { severity: 'error', text })
    this.focusField(problems[0]!.field)
  }

  private focusField(path: FieldPath): void {
    if (/^(command|functionId|payload|environment|secrets)/.test(path)) this.open.add('what')
    if (/(Seconds|Limit)$/.test(path)) this.open.add('limits')
    this.draw()
    void this.updateComplete.then(() => {
      const found = this.querySelector<HTMLElement>(`#${idOf(path)}`)
      const control = path === 'picker' ? found?.querySelector<HTMLElement>('[aria-invalid=true]') : found
      control?.focus()
    })
  }

  private askAnyway(serious: readonly ScheduleWarning[]): void {
    this.tellAbout('save', {
      severity: 'error',
      text: serious.map(warning => warning.message).join(' '),
      actions: [
        {
          label: t('Save anyway'),
          run: () => {
            this.acknowledged = lintKey(this.form)
            void this.save()
          },
        },
      ],
    })
  }

  /** Shows an error at the field that it names, otherwise beside Save. */
  private refuse(error: unknown): void {
    const named = error instanceof HksError ? error.details?.['field'] : undefined
    const isSchedule = error instanceof HksError && error.code === 'INVALID_SCHEDULE'
    const field = isSchedule ? 'schedule' : typeof named === 'string' ? this.fieldNamed(named) : undefined
    if (field !== undefined && error instanceof HksError) {
      const message = [error.message, error.hint].filter(Boolean).join(' ')
      this.refused = { field, message, value: JSON.stringify(this.form) }
      this.left.add(field)
      if (this.isSaving) this.showProblems([{ field, label: field, message }])
    } else {
      this.tellAbout('save', failure(t('Not saved'), error, [{ label: t('Try again'), run: () => void this.save() }]))
    }
    this.draw()
  }

  /** Our field for the gateway's name of one; `environment.FOO` has no row of its own any more, so its first is taken. */
  private fieldNamed(name: string): FieldPath | undefined {
    const first = name.replace(/^body[./]/, '').split(/[./[]/)[0] ?? ''
    if (first === 'args') return 'command'
    if (first === 'environment' || first === 'secrets')
      return this.form[first].length > 0 ? `${first}.0.name` : undefined
    return this.querySelector(`#field-${CSS.escape(first)}`) === null ? undefined : (first as FieldPath)
  }

  private cancel(): void {
    const close = () => void this.host.ask('close', null)
    if (!this.isDirty()) return close()
    this.tellAbout('save', {
      severity: 'warning',
      text: t('Your changes are not saved.'),
      actions: [
        { label: t('Keep editing'), primary: true, run: () => this.tellAbout('save', undefined) },
        { label: t('Discard changes'), run: close },
      ],
    })
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
    this.tellAbout('changed', {
      severity: 'warning',
      text: t('This CronJob was changed elsewhere while you were editing.'),
      actions: [
        {
          label: t('Load the new version'),
          run: () => {
            this.startFrom(job)
            this.keep()
            this.tellAbout('changed', undefined)
          },
        },
        { label: t('Keep mine'), run: () => this.tellAbout('changed', undefined) },
      ],
    })
  }

  private jobDeleted(): void {
    if (this.phase.kind !== 'ready' || this.saved === undefined) return
    this.tellAbout('changed', {
      severity: 'error',
      text: t('This CronJob was deleted. Saving creates it again.'),
    })
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
    } else if (event.key === 'Escape') {
      this.cancel()
    }
  }
}
