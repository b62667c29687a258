import type { CronJob } from '../../contract/cronJobs.ts'
import type { ScheduleEditorInit, ScheduleEditorSave } from '../../contract/webviews.ts'
import { createBody, type Form, formOf, isDirty, newForm, updateBody } from './modelForm.ts'
import { type FieldPath, type Problem, problemsOf } from './modelProblems.ts'

/** The form as it is typed, the CronJob that it began from, and what is wrong with it. */
export class EditedForm {
  mode: 'create' | 'edit' = 'create'
  /** The job as it is stored; undefined while there is none. */
  saved: CronJob | undefined
  form!: Form
  /** The state without changes. */
  start!: Form
  private readonly init: ScheduleEditorInit
  private readonly left = new Set<FieldPath>()
  private showsAll = false
  private listsProblems = false
  private refused: { readonly problem: Problem; readonly form: Form } | undefined

  constructor(init: ScheduleEditorInit) {
    this.init = init
    this.startFrom(init.cronJob)
  }

  /** Makes a job, or an empty form, the state without changes. */
  startFrom(job: CronJob | undefined): void {
    this.saved = job
    this.mode = job === undefined ? 'create' : 'edit'
    this.start = job === undefined ? newForm(this.init) : formOf(job)
    this.form = this.start
    this.left.clear()
    this.showsAll = false
    this.listsProblems = false
    this.refused = undefined
  }

  /** Goes on with what was typed before the page was loaded. Answers whether the job has changed since. */
  restore(kept: { readonly start: Form; readonly form: Form }): boolean {
    // An older version of the page may have kept it, with fewer fields.
    const [start, form] = [kept.start, kept.form].map(each => ({ ...newForm(this.init), ...each })) as [Form, Form]
    const hasChanged = isDirty(start, this.start)
    this.form = form
    this.start = start
    return hasChanged
  }

  /** Whether the project of the form is in a cluster. */
  get inCluster(): boolean {
    return this.init.projects.find(({ id }) => id === this.form.projectId)?.inCluster ?? false
  }

  get isDirty(): boolean {
    return isDirty(this.start, this.form)
  }

  /** What Save sends. */
  toSave(): ScheduleEditorSave {
    return this.mode === 'create'
      ? { mode: 'create', body: createBody(this.form) }
      : { mode: 'edit', body: updateBody(this.start, this.form) }
  }

  /** The form `sent` is saved as that job. What was typed meanwhile is kept as a change of it. */
  takeSaved(job: CronJob, sent: Form): void {
    const later = this.form
    this.startFrom(job)
    if (later !== sent) this.form = later
  }

  /** The job is gone; saving makes it anew. */
  jobDeleted(): void {
    this.saved = undefined
    this.mode = 'create'
  }

  /** The form's own problems and the one that the gateway named, until its field is changed. */
  problems(): Problem[] {
    const problems = problemsOf(this.form, this.mode, this.start, this.inCluster)
    const { refused } = this
    const isStill = refused?.form === this.form && !problems.some(one => one.field === refused.problem.field)
    if (refused !== undefined && isStill) problems.push(refused.problem)
    return problems
  }

  /** The problem of each field where it is time to show it. */
  shownProblems(): (field: FieldPath) => string | undefined {
    const problems = this.problems()
    const isShown = (field: FieldPath): boolean =>
      this.showsAll || this.left.has(field) || field === 'schedule' || field === 'timeZone'
    return field => (isShown(field) ? problems.find(one => one.field === field)?.message : undefined)
  }

  /** What is to be mended before it can be saved; the list shrinks while the user mends it. */
  listedProblems(): readonly Problem[] {
    return this.listsProblems ? this.problems() : []
  }

  /** The user left a field: from now on its problem is shown. */
  leave(field: FieldPath): void {
    this.left.add(field)
  }

  /** The user wants to save: from now on every problem is shown. Answers the first, and lists them if there is one. */
  firstToMend(): Problem | undefined {
    this.showsAll = true
    // What was refused before may be accepted now.
    this.refused = undefined
    const [problem] = this.problems()
    if (problem !== undefined) this.listsProblems = true
    return problem
  }

  /** The gateway refused the form because of a field. */
  refuse(problem: Problem): void {
    this.refused = { problem, form: this.form }
    this.left.add(problem.field)
  }

  /** Lists what is to be mended. */
  list(): void {
    this.listsProblems = true
  }
}
