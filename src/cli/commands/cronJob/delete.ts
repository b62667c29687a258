import type { Command } from 'commander'
import { confirmed } from '../../confirm.ts'
import { cronJobNamed } from '../../context.ts'
import type { Run } from '../../program.ts'

/** `cronjob delete` */
export function addDelete(cronJob: Command, run: Run): void {
  cronJob
    .command('delete <cronjob>')
    .description('delete a CronJob with its runs and logs')
    .option('-y, --yes', 'do not ask')
    .action((name: string, options: { readonly yes?: boolean }, command: Command) =>
      run(command, async context => {
        const job = await cronJobNamed(context, name)
        const running = job.active === 0 ? '' : ` ${job.active} in progress will be ended.`
        await confirmed(context, options, `Delete ${job.name} with its runs and logs?${running}`)
        await (await context.client()).call('deleteCronJob', { params: { id: job.id }, signal: context.signal })
        context.out.result({ deleted: job.id }, () => `Deleted ${job.name}.`)
      }),
    )
}
