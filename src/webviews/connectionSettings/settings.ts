import type { TemplateResult } from 'lit'
import type {
  ConnectionSettingsInit,
  ConnectionSettingsProtocol,
  ConnectionShown,
} from '../../contract/connectionSettings.ts'
import { problemsNotice } from '../ui/formNotices.ts'
import { FormPage } from '../ui/formPage.ts'
import { connectHost } from '../ui/host.ts'
import { failure } from '../ui/notice.ts'
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

/** The settings of a connection. Holds the state; `settingsPage` draws it. */
export class ConnectionSettings extends FormPage {
  private init!: ConnectionSettingsInit
  private shown!: ConnectionShown
  /** The state without changes. */
  private start!: SettingsForm
  private form!: SettingsForm
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
      if (this.isReady) this.take(shown)
    },
    deleted: () => this.notices.tell('deleted', { severity: 'error', text: t('This cluster was forgotten.') }),
  })

  protected override failedTitle(): string {
    return t('The settings could not be opened')
  }

  protected override get isDirty(): boolean {
    return isDirty(this.start, this.form)
  }

  protected override close(): void {
    void this.host.ask('close', null)
  }

  protected override page(): TemplateResult {
    const problems = this.problems()
    const list = this.showsAll && problems.length > 0 ? [problemsNotice(problems, field => this.focusField(field))] : []
    return settingsPage({
      shown: this.shown,
      form: this.form,
      isDirty: this.isDirty,
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

  protected override async open(): Promise<void> {
    this.init = await this.host.ask('init', null)
    this.shown = this.init
    const now = formOf(this.init.connection)
    const kept = this.host.kept()
    const isKept = kept?.connectionId === this.init.connection.id
    this.form = isKept ? follow(kept.start, { ...now, ...kept.form }, now) : now
    this.start = now
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

  protected override async save(): Promise<void> {
    if (this.isSaving) return
    // What was refused before may be accepted now.
    this.refused = undefined
    this.showsAll = true
    const [problem] = this.problems()
    if (problem !== undefined) return this.focusField(problem.field)
    this.showsAll = false
    const { form } = this
    if (!this.isDirty) {
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
      this.refuse(error, form)
    } finally {
      this.isSaving = false
      this.draw()
    }
  }

  private refuse(error: unknown, sent: SettingsForm): void {
    // What was refused may be another value by now.
    const problem = this.form === sent ? problemOf(error) : undefined
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

  private focusField(field: SettingsField): void {
    this.focusDrawn(() => this.querySelector<HTMLElement>(`#${idOf(field)}`))
  }

  private keep(): void {
    const { start, form } = this
    this.host.keep({ connectionId: this.init.connection.id, start, form })
    this.host.tell('dirty', { dirty: this.isDirty })
  }
}
