import type { Command } from 'commander'
import type { CronJob } from '../../../contract/cronJobs.ts'
import type { Context, Run } from '../../context.ts'
import { forEach } from '../../forEach.ts'
import { examples } from '../../help.ts'
import { relative, zoneClock } from '../../output/time.ts'
import { cronJobsNamed } from '../../resources.ts'

interface Options {
  readonly skipMissed?: boolean
}

/** `cronjob resume` */
export function addResume(cronJob: Command, run: Run): void {
  cronJob
    .command('resume <cronjobs...>')
    .description('start runs again; says what starts because of it')
    .option('--skip-missed', 'do not start the run that was missed meanwhile')
    .addHelpText('after', examples('hks-func cronjob resume nightly', 'hks-func cronjob resume nightly --skip-missed'))
    .action((names: string[], options: Options, command: Command) =>
      run(command, async context => {
        await forEach(context, await cronJobsNamed(context, names), {
          plural: 'CronJobs',
          undone: 'not resumed',
          act: job => resume(context, job, options, names.length > 1),
          text: job => `Resumed ${job.name}; next run ${relative(job.nextExecutionAt, context.now())}.`,
        })
      }),
    )
}

async function resume(
  context: Context,
  { id, name, timeZone }: CronJob,
  options: Options,
  isOneOfSeveral: boolean,
): Promise<CronJob> {
  const client = await context.client()
  const { signal } = context
  const preview = await client.call('previewResume', { params: { id }, signal })
  const missed = preview.startsAtOnce ?? preview.startsAfterRun
  if (missed !== undefined) {
    const at = zoneClock(timeZone ?? 'UTC')(missed)
    const when = preview.startsAtOnce === undefined ? 'starts when the run in progress has ended' : 'starts now'
    const which = isOneOfSeveral ? `The run of ${name} of ${at}` : `The run of ${at}`
    context.out.say(options.skipMissed ? `${which} is skipped.` : `${which} ${when} (--skip-missed leaves it out).`)
  }
  return client.call('resumeCronJob', {
    params: { id },
    body: options.skipMissed ? { skipMissed: true } : {},
    signal,
  })
}
