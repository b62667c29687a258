import type { Command } from 'commander'
import type { Run } from '../../context.ts'
import { forEach } from '../../forEach.ts'
import { examples } from '../../help.ts'
import { cronJobsNamed } from '../../resources.ts'

/** `cronjob suspend` */
export function addSuspend(cronJob: Command, run: Run): void {
  cronJob
    .command('suspend <cronjobs...>')
    .description('start no more runs; one in progress goes on')
    .addHelpText('after', examples('hks-func cronjob suspend nightly', 'hks-func cronjob suspend nightly hourly'))
    .action((names: string[], _options: object, command: Command) =>
      run(command, async context => {
        const jobs = await cronJobsNamed(context, names)
        const client = await context.client()
        await forEach(context, jobs, {
          plural: 'CronJobs',
          undone: 'not suspended',
          act: ({ id }) => client.call('suspendCronJob', { params: { id }, signal: context.signal }),
          text: ({ name }) => `Suspended ${name}.`,
        })
      }),
    )
}
