import type { CronJob } from '../../contract/cronJobs.ts'
import type { ScheduleWarning } from '../../contract/schedules.ts'
import type { Notice } from '../ui/notice.ts'
import { t } from '../ui/text.ts'
import { relativeText } from '../ui/times.ts'

/** Nothing is saved in a workspace that is not trusted; the way to trust it. */
export const untrustedNotice = (manage: () => void): Notice => ({
  severity: 'warning',
  text: t('This workspace is not trusted, so nothing that runs can be saved.'),
  actions: [{ label: t('Manage Workspace Trust'), run: manage }],
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
