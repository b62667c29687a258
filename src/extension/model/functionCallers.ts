import type { CronJob } from '../../contract/cronJobs.ts'
import type { Function } from '../../contract/functions.ts'
import type { Localize } from './localize.ts'

/** The CronJobs that call a function. */
export const callersOf = (fn: Function, cronJobs: Iterable<CronJob>): readonly CronJob[] =>
  [...cronJobs].filter(job => job.functionId === fn.id)

/** Asks whether to delete a function, and says what becomes of the CronJobs that call it. */
export function deletionQuestion(fn: Function, callers: readonly CronJob[], t: Localize): string {
  const names = callers.map(job => job.name).join(', ')
  if (callers.length === 0) return t('Delete {0}?', fn.name)
  return callers.length === 1
    ? t('Delete {0}? The CronJob {1} calls it and will fail.', fn.name, names)
    : t('Delete {0}? The CronJobs {1} call it and will fail.', fn.name, names)
}
