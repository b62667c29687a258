import type { CronJob } from '../../contract/cronJobs.ts'
import type { Services } from './command.ts'
import { pickCronJob } from './pick.ts'
import { targetOf } from './target.ts'

/**
 * The CronJobs that a command means: those of the rows selected in the tree, if several are and it was called on one of them,
 * else one as {@link pickCronJob} finds it. Rows of other things, and CronJobs that do not fit, are left out.
 */
export async function pickCronJobs(
  services: Services,
  argument: unknown,
  selection: readonly unknown[],
  placeHolder: string,
  fits: (job: CronJob) => boolean = () => true,
): Promise<readonly CronJob[]> {
  await services.session.ready()
  const { cronJobs } = services.session.resources
  if (selection.length > 1 && selection.includes(argument)) {
    const ids = selection
      .map(targetOf)
      .flatMap(({ cronJobId, executionId }) => (cronJobId === undefined || executionId !== undefined ? [] : cronJobId))
    const selected = [...new Set(ids)].flatMap(id => cronJobs.get(id) ?? []).filter(fits)
    if (selected.length > 0) return selected
  }
  const job = await pickCronJob(services, argument, placeHolder, fits)
  return job === undefined ? [] : [job]
}
