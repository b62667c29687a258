import type { TemplateResult } from 'lit'
import type { ApplicationPage } from '../../contract/applications.ts'
import type { CronJob } from '../../contract/cronJobs.ts'
import { HksError } from '../../contract/errors.ts'
import type { ScheduleEditorInit, ScheduleEditorProtocol } from '../../contract/webviews.ts'
import { problemsNotice } from '../ui/formNotices.ts'
import { FormPage } from '../ui/formPage.ts'
import { connectHost } from '../ui/host.ts'
import { failure } from '../ui/notice.ts'
import { t } from '../ui/text.ts'
import { EditedForm } from './editedForm.ts'
import { changedNotice, deletedNotice } from './editorNotices.ts'
import { editorPage } from './editorPage.ts'
import { type EditorView, idOf, type Section } from './editorView.ts'
import { FormSaving } from './formSaving.ts'
import { type Form, formOf, isDirty } from './modelForm.ts'
import type { Preview } from './modelPreview.ts'
import type { FieldPath } from './modelProblems.ts'
import { sectionOf } from './modelRefusal.ts'
import { ScheduleAdvice } from './scheduleAdvice.ts'
import { offeredZones } from './zoneField.ts'

/** What survives a reload of the page's frame. */
interface Kept {
  readonly jobId: string | undefined
  readonly start: Form
  readonly form: Form
  readonly open: readonly Section[]
}

/** The schedule editor and the form that creates a CronJob. Holds the state; `editorPage` draws it. */
export class ScheduleEditor extends FormPage {
  private init!: ScheduleEditorInit
  private advice!: ScheduleAdvice
  private edited!: EditedForm
  private openSections = new Set<Section>()
  private saving!: FormSaving
  private isTrusted = true
  private minute: ReturnType<typeof setInterval> | undefined
  private zones: readonly string[] = []
  /** What a new CronJob of the chosen project can copy. */
  private applications: Pick<ApplicationPage, 'items' | 'refused'> = { items: [] }
  private applicationsOf = ''

  private readonly host = connectHost<ScheduleEditorProtocol, Kept>({
    connection: ({ connected, message }) =>
      this.notices.tell(
        'connection',
        connected ? undefined : { severity: 'warning', text: message ?? t('The gateway cannot be reached.') },
      ),
    trust: ({ trusted }) => {
      this.isTrusted = trusted
      if (trusted) this.notices.tell('save', undefined)
    },
    cronJob: ({ cronJob }) => this.jobChanged(cronJob),
    deleted: () => this.jobDeleted(),
  })

  override connectedCallback(): void {
    super.connectedCallback()
    this.minute = setInterval(() => this.draw(), 30_000)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearInterval(this.minute)
    if (this.isReady) this.advice.dispose()
  }

  protected override failedTitle(): string {
    return t('The editor could not be opened')
  }

  protected override get isDirty(): boolean {
    return this.edited.isDirty
  }

  protected override save(): Promise<void> {
    return this.saving.save()
  }

  protected override close(): void {
    void this.host.ask('close', null)
  }

  protected override page(): TemplateResult {
    const { edited } = this
    const problems = edited.listedProblems()
    const list = problems.length === 0 ? [] : [problemsNotice(problems, field => this.focusField(field))]
    return editorPage({
      view: this.view(this.advice.preview(edited.form, edited.saved)),
      title: edited.mode === 'create' ? t('New CronJob') : edited.form.name,
      isSaving: this.saving.isSaving,
      isDirty: edited.isDirty,
      isSuspended: edited.saved?.suspend === true,
      notices: [...list, ...this.notices.shown],
      zones: this.zones,
      save: () => void this.saving.save(),
      showManifest: () => void this.saving.preview(),
      cancel: () => this.cancel(),
      setSuspended: (suspend: boolean) => void this.setSuspended(suspend),
    })
  }

  private view(preview: Preview): EditorView {
    const { form } = this.edited
    return {
      init: this.init,
      mode: this.edited.mode,
      form,
      inCluster: this.edited.inCluster,
      applications: this.applications.items,
      refused: this.applications.refused ?? [],
      preview,
      warnings: this.advice.warnings(form, () => this.draw()),
      now: this.advice.now(),
      jobClock: this.advice.clock(form.timeZone),
      viewerClock: this.advice.clock(this.init.viewerTimeZone),
      problem: this.edited.shownProblems(),
      set: change => this.change({ ...this.edited.form, ...change }),
      leave: field => {
        this.edited.leave(field)
        this.draw()
      },
      isOpen: section => this.openSections.has(section),
      setOpen: (section, isOpen) => {
        if (isOpen) this.openSections.add(section)
        else this.openSections.delete(section)
        this.keep()
        this.draw()
      },
      pickSecret: row => void this.pickSecret(row),
    }
  }

  protected override async open(): Promise<void> {
    const init = await this.host.ask('init', null)
    this.init = init
    this.advice = new ScheduleAdvice(init, request => this.host.ask('preview', request))
    this.isTrusted = init.trusted
    this.zones = offeredZones(init.viewerTimeZone)
    this.edited = new EditedForm(init)
    this.saving = new FormSaving({
      edited: this.edited,
      advice: this.advice,
      notices: this.notices,
      isTrusted: () => this.isTrusted,
      ask: save => this.host.ask('save', save),
      showManifest: save => this.host.ask('showManifest', save),
      manageTrust: () => void this.host.ask('manageTrust', null),
      focusField: field => this.focusField(field),
      keep: () => this.keep(),
      draw: () => this.draw(),
    })
    const kept = this.host.kept()
    if (kept !== undefined && kept.jobId === this.edited.saved?.id) {
      this.openSections = new Set(kept.open)
      if (this.edited.restore(kept)) this.offerReload(this.edited.saved)
    } else if (init.mode === 'create') this.openSections.add('what')
    this.settle()
    void this.lookForApplications()
  }

  /** Asks what there is to copy when another project was chosen. */
  private async lookForApplications(): Promise<void> {
    const { mode, form } = this.edited
    const { projectId } = form
    if (mode !== 'create' || projectId === this.applicationsOf) return
    this.applicationsOf = projectId
    this.applications = { items: [] }
    if (projectId === '') return
    try {
      const found = await this.host.ask('applications', { projectId })
      if (this.applicationsOf !== projectId) return
      this.applications = found
      this.notices.tell('applications', undefined)
    } catch (error) {
      this.notices.tell('applications', failure(t('What can be copied is not known'), error))
    }
    this.draw()
  }

  private change(next: Form): void {
    // An application of one project is none of another.
    const form = next.projectId === this.edited.form.projectId ? next : { ...next, templateAppId: '' }
    this.edited.form = form
    void this.lookForApplications()
    this.notices.tell('save', undefined)
    this.keep()
    this.settle()
    this.draw()
  }

  private keep(): void {
    const { saved, start, form, isDirty: dirty } = this.edited
    this.host.keep({ jobId: saved?.id, start, form, open: [...this.openSections] })
    this.host.tell('dirty', { dirty })
  }

  private settle(): void {
    const { form } = this.edited
    this.advice.settle(form, error => {
      // What the gateway refuses is shown at once; whether it can be reached matters only on Save.
      // A form that has changed meanwhile is asked about again.
      const isRefused = error instanceof HksError && error.code === 'INVALID_SCHEDULE' && this.edited.form === form
      if (isRefused) this.saving.refuse(error, { sent: form })
      this.draw()
    })
  }

  private focusField(path: FieldPath): void {
    const section = sectionOf(path)
    if (section !== undefined) this.openSections.add(section)
    this.focusDrawn(() => {
      const found = this.querySelector<HTMLElement>(`#${idOf(path)}`)
      return path === 'picker' ? found?.querySelector<HTMLElement>('[aria-invalid=true]') : found
    })
  }

  private async setSuspended(suspend: boolean): Promise<void> {
    try {
      const job = await this.host.ask('setSuspended', { suspend })
      if (job !== null) this.jobChanged(job)
    } catch (error) {
      this.notices.tell('suspend', failure(suspend ? t('Not suspended') : t('Not resumed'), error))
    }
  }

  private async pickSecret(row: number): Promise<void> {
    try {
      const from = await this.host.ask('pickSecret', { projectId: this.edited.form.projectId })
      const { form } = this.edited
      const current = form.secrets[row]
      if (from === null || current === undefined) return
      const name = current.name || (from.split('/')[1] ?? '').toUpperCase().replaceAll(/[^A-Z0-9_]/g, '_')
      this.change({ ...form, secrets: form.secrets.with(row, { name, value: from }) })
    } catch (error) {
      this.notices.tell('secret', failure(t('No secret was chosen'), error))
    }
  }

  private jobChanged(job: CronJob): void {
    const { edited } = this
    if (!this.isReady || edited.saved?.id !== job.id) return
    const isOther = isDirty(formOf(edited.saved), formOf(job))
    const wasDirty = edited.isDirty
    edited.saved = job
    if (isOther && !this.saving.isSaving) {
      if (wasDirty) this.offerReload(job)
      else edited.startFrom(job)
    }
    this.draw()
  }

  private offerReload(job: CronJob | undefined): void {
    const load = () => {
      this.edited.startFrom(job)
      this.keep()
      this.notices.tell('changed', undefined)
    }
    this.notices.tell(
      'changed',
      changedNotice(load, () => this.notices.tell('changed', undefined)),
    )
  }

  private jobDeleted(): void {
    if (!this.isReady || this.edited.saved === undefined) return
    this.notices.tell('changed', deletedNotice())
    this.edited.jobDeleted()
    this.keep()
    this.draw()
  }
}
