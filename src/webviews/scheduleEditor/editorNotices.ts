import { html, nothing } from 'lit'
import type { CronJob } from '../../contract/cronJobs.ts'
import type { ScheduleWarning } from '../../contract/schedules.ts'
import type { Notice } from '../ui/notice.ts'
import { t } from '../ui/text.ts'
import { relativeText } from '../ui/times.ts'
import type { FieldPath, Problem } from './modelProblems.ts'

/** Nothing is saved in a workspace that is not trusted; the way to trust it. */
export const untrustedNotice = (manage: () => void): Notice => ({
  severity: 'warning',
  text: t('This workspace is not trusted, so nothing that runs can be saved.'),
  actions: [{ label: t('Manage Workspace Trust'), run: manage }],
})

/** What keeps the form from being saved: each field can be reached from here. */
export const problemsNotice = (problems: readonly Problem[], focus: (field: FieldPath) => void): Notice => ({
  severity: 'error',
  text: html`${problems.length === 1 ? t('One thing to mend:') : t('{0} things to mend:', problems.length)}
    ${problems.map(
      (problem, i) =>
        html`${i > 0 ? ', ' : nothing}<button class="link" @click=${() => focus(problem.field)}>${problem.label}</button>`,
    )}`,
})

/** A schedule that is accepted and almost surely wrong. */
export const seriousNotice = (warnings: readonly ScheduleWarning[], saveAnyway: () => void): Notice => ({
  severity: 'error',
  text: warnings.map(warning => warning.message).join(' '),
  actions: [{ label: t('Save anyway'), run: saveAnyway }],
})

/** The job was saved; when it runs next, unless it is suspended or never does. */
export function savedNotice(job: CronJob, now: number): Notice {
  const next = job.suspend || job.nextExecutionAt === undefined ? undefined : Date.parse(job.nextExecutionAt)
  const text = next === undefined ? t('Saved.') : t('Saved. It runs next {0}.', relativeText(next, now))
  return { severity: 'success', text }
}

/** Cancel was asked with changes in the form. */
export const unsavedNotice = (keep: () => void, discard: () => void): Notice => ({
  severity: 'warning',
  text: t('Your changes are not saved.'),
  actions: [
    { label: t('Keep editing'), primary: true, run: keep },
    { label: t('Discard changes'), run: discard },
  ],
})

/** The job changed elsewhere while there are changes in the form. */
export const changedNotice = (load: () => void, keep: () => void): Notice => ({
  severity: 'warning',
  text: t('This CronJob was changed elsewhere while you were editing.'),
  actions: [
    { label: t('Load the new version'), run: load },
    { label: t('Keep mine'), run: keep },
  ],
})

/** The job was deleted while it was edited. */
export const deletedNotice = (): Notice => ({
  severity: 'error',
  text: t('This CronJob was deleted. Saving creates it again.'),
})
