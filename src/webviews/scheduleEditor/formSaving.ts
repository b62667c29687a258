import type { CronJob } from '../../contract/cronJobs.ts'
import type { ScheduleEditorSave } from '../../contract/webviews.ts'
import { failure } from '../ui/notice.ts'
import type { NoticeBoard } from '../ui/noticeBoard.ts'
import { t } from '../ui/text.ts'
import type { EditedForm } from './editedForm.ts'
import { savedNotice, seriousNotice, untrustedNotice } from './editorNotices.ts'
import type { Form } from './modelForm.ts'
import { lintKey } from './modelPreview.ts'
import type { FieldPath } from './modelProblems.ts'
import { problemOf } from './modelRefusal.ts'
import type { ScheduleAdvice } from './scheduleAdvice.ts'

/** What saving needs of the page. */
export interface SavingPage {
  readonly edited: EditedForm
  readonly advice: ScheduleAdvice
  readonly notices: NoticeBoard
  readonly isTrusted: () => boolean
  readonly ask: (save: ScheduleEditorSave) => Promise<CronJob>
  readonly showManifest: (save: ScheduleEditorSave) => Promise<unknown>
  readonly manageTrust: () => void
  readonly focusField: (field: FieldPath) => void
  /** The saved job is the state without changes. */
  readonly keep: () => void
  readonly draw: () => void
}

/** Saves the form, or says what hinders it. */
export class FormSaving {
  isSaving = false
  /** The schedule that is to be saved though it is almost surely wrong. */
  private acknowledged = ''
  private readonly page: SavingPage

  constructor(page: SavingPage) {
    this.page = page
  }

  async save(): Promise<void> {
    const { edited, notices, draw } = this.page
    if (this.isSaving || !this.mayBeSaved()) return
    this.isSaving = true
    notices.tell('save', undefined)
    const { form } = edited
    try {
      // Nothing is awaited before the request: a page that is closed now has saved.
      const serious = this.page.advice.currentWarnings(form).filter(warning => warning.severity === 'error')
      if (serious.length > 0 && this.acknowledged !== lintKey(form)) {
        notices.tell(
          'save',
          seriousNotice(serious, () => this.saveAnyway()),
        )
        return
      }
      const job = await this.page.ask(edited.toSave())
      edited.takeSaved(job, form)
      this.page.keep()
      notices.tell('save', savedNotice(job, this.page.advice.now()))
    } catch (error) {
      this.refuse(error, { sent: form })
    } finally {
      this.isSaving = false
      draw()
    }
  }

  /** Shows as a manifest what Save would make; what hinders that is said as on Save. */
  async preview(): Promise<void> {
    const { edited, notices, focusField, draw } = this.page
    const problem = edited.firstToMend()
    if (problem !== undefined) return focusField(problem.field)
    notices.tell('save', undefined)
    const { form } = edited
    try {
      await this.page.showManifest(edited.toSave())
    } catch (error) {
      this.refuse(error, { sent: form, title: t('No preview') })
    }
    draw()
  }

  /** Shows an error at the field that it names, otherwise, or where the form is no more what was sent, beside Save. */
  refuse(error: unknown, { sent, title = t('Not saved') }: { readonly sent: Form; readonly title?: string }): void {
    const { edited, notices, focusField, draw } = this.page
    const problem = edited.form === sent ? problemOf(error, sent) : undefined
    if (problem === undefined) {
      const again = { label: t('Try again'), run: () => void this.save() }
      notices.tell('save', failure(title, error, this.isSaving ? [again] : []))
      return
    }
    edited.refuse(problem)
    if (!this.isSaving) return draw()
    edited.list()
    focusField(problem.field)
  }

  private mayBeSaved(): boolean {
    const { edited, notices, focusField, isTrusted, manageTrust } = this.page
    const problem = edited.firstToMend()
    if (problem !== undefined) {
      focusField(problem.field)
      return false
    }
    if (edited.mode === 'edit' && !edited.isDirty) {
      notices.tell('save', { severity: 'info', text: t('There is nothing to save: no field was changed.') })
      return false
    }
    if (!isTrusted()) notices.tell('save', untrustedNotice(manageTrust))
    return isTrusted()
  }

  private saveAnyway(): void {
    this.acknowledged = lintKey(this.page.edited.form)
    void this.save()
  }
}
