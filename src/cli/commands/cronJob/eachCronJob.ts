import type { CronJob } from '../../../contract/cronJobs.ts'
import { HksError } from '../../../contract/errors.ts'
import { asHksError } from '../../asHksError.ts'
import type { Context } from '../../context.ts'
import { cronJobNamed } from '../../resources.ts'

/** What is done to each of several CronJobs. */
export interface Work<T> {
  /** Of a failure: "not suspended". */
  readonly undone: string
  readonly act: (job: CronJob) => Promise<T>
  /** One line that says what was done. */
  readonly text: (result: T, job: CronJob) => string
}

/** Finds CronJobs by name, each once; a name that is wrong is told before anything is done. @throws HksError NOT_FOUND */
export async function cronJobsNamed(context: Context, names: readonly string[]): Promise<readonly CronJob[]> {
  const found = new Map<string, CronJob>()
  for (const name of names) {
    const job = await cronJobNamed(context, name)
    found.set(job.id, job)
  }
  return [...found.values()]
}

/**
 * Does something to each CronJob, one after the other; one that fails keeps no other from it. Of one alone the answer is its
 * result, of several `{items}` with a result or an error each.
 * @throws HksError that of the only one, else one with the code of the first failure that names all of them
 */
export async function eachCronJob<T>(context: Context, jobs: readonly CronJob[], work: Work<T>): Promise<void> {
  const { out, signal } = context
  const [only] = jobs
  if (only !== undefined && jobs.length === 1) {
    const result = await work.act(only)
    return out.result(result, () => work.text(result, only))
  }
  const items: { readonly id: string; readonly name: string; readonly result?: T; readonly error?: object }[] = []
  const lines: string[] = []
  const failures: { readonly name: string; readonly error: HksError }[] = []
  for (const job of jobs) {
    const { id, name } = job
    try {
      signal.throwIfAborted()
      const result = await work.act(job)
      items.push({ id, name, result })
      lines.push(work.text(result, job))
    } catch (cause) {
      const error = asHksError(cause)
      items.push({ id, name, error: { error: error.message, code: error.code, hint: error.hint } })
      failures.push({ name, error })
    }
  }
  if (out.format === 'json' || lines.length > 0) out.result({ items }, () => lines.join('\n'))
  const [first] = failures
  if (first === undefined) return
  const each = failures.map(({ name, error }) => `${name}: ${error.message}`).join('\n')
  throw new HksError(first.error.code, `${failures.length} of ${jobs.length} CronJobs were ${work.undone}.\n${each}`, {
    details: { failed: failures.map(({ name }) => name) },
    cause: first.error,
  })
}
