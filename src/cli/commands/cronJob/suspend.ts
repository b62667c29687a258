import type { Command } from 'commander'
import { cronJobNamed } from '../../context.ts'
import type { Run } from '../../program.ts'

/** `cronjob suspend` */
export function addSuspend(cronJob: Command, run: Run): void {
  cronJob
    .command('suspend <cronjob>')
    .description('start no more runs; one in progress goes on')
    .action((name: string, _options: object, command: Command) =>
      run(command, async context => {
        const { id } = await cronJobNamed(context, name)
        const client = await context.client()
        const job = await client.call('suspendCronJob', { params: { id }, signal: context.signal })
        context.out.result(job, () => `Suspended ${job.name}.`)
      }),
    )
}
