import type { Command } from 'commander'
import type { Run } from '../../context.ts'
import { examples } from '../../help.ts'
import { cronJobNamed } from '../../resources.ts'

/** `cronjob suspend` */
export function addSuspend(cronJob: Command, run: Run): void {
  cronJob
    .command('suspend <cronjob>')
    .description('start no more runs; one in progress goes on')
    .addHelpText('after', examples('hks-func cronjob suspend nightly'))
    .action((name: string, _options: object, command: Command) =>
      run(command, async context => {
        const { id } = await cronJobNamed(context, name)
        const client = await context.client()
        const job = await client.call('suspendCronJob', { params: { id }, signal: context.signal })
        context.out.result(job, () => `Suspended ${job.name}.`)
      }),
    )
}
