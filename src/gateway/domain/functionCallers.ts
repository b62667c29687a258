import { HksError } from '../../contract/errors.ts'
import type { CronJobRecord } from './cronJob.ts'
import type { FunctionRecord } from './function.ts'

/** Refuses to delete a function that CronJobs of its project call. @throws HksError CONFLICT with `details.cronJobs` */
export function refuseWhenCalled({ id, spec }: FunctionRecord, cronJobs: readonly CronJobRecord[]): void {
  const callers = cronJobs
    .filter(job => job.spec.target.kind === 'function' && job.spec.target.functionId === id)
    .map(job => ({ id: job.id, name: job.spec.name }))
  if (callers.length === 0) return
  const names = callers.map(({ name }) => name).join(', ')
  const call = callers.length === 1 ? `The CronJob ${names} calls` : `The CronJobs ${names} call`
  throw new HksError('CONFLICT', `${call} the function "${spec.name}".`, {
    details: { cronJobs: callers },
    hint: 'Change or delete them first, or force it (?force=true, hks-func delete --force): then their runs fail.',
  })
}
