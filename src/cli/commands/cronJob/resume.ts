import type { Command } from 'commander'
import type { Context, Run } from '../../context.ts'
import { examples } from '../../help.ts'
import { relative, zoneClock } from '../../output/time.ts'
import { cronJobNamed } from '../../resources.ts'

interface Options {
  readonly skipMissed?: boolean
}

/** `cronjob resume` */
export function addResume(cronJob: Command, run: Run): void {
  cronJob
    .command('resume <cronjob>')
    .description('start runs again; says what starts because of it')
    .option('--skip-missed', 'do not start the run that was missed meanwhile')
    .addHelpText('after', examples('hks-func cronjob resume nightly', 'hks-func cronjob resume nightly --skip-missed'))
    .action((name: string, options: Options, command: Command) =>
      run(command, context => resume(context, name, options)),
    )
}

async function resume(context: Context, name: string, options: Options): Promise<void> {
  const { id, timeZone } = await cronJobNamed(context, name)
  const client = await context.client()
  const { signal } = context
  const preview = await client.call('previewResume', { params: { id }, signal })
  const missed = preview.startsAtOnce ?? preview.startsAfterRun
  if (missed !== undefined) {
    const at = zoneClock(timeZone ?? 'UTC')(missed)
    const when = preview.startsAtOnce === undefined ? 'starts when the run in progress has ended' : 'starts now'
    context.out.say(
      options.skipMissed ? `The run of ${at} is skipped.` : `The run of ${at} ${when} (--skip-missed leaves it out).`,
    )
  }
  const job = await client.call('resumeCronJob', {
    params: { id },
    body: options.skipMissed ? { skipMissed: true } : {},
    signal,
  })
  context.out.result(job, () => `Resumed ${job.name}; next run ${relative(job.nextExecutionAt, context.now())}.`)
}
