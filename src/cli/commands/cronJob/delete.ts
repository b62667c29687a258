import type { Command } from 'commander'
import { confirmLoss } from '../../confirm.ts'
import type { Run } from '../../context.ts'
import { examples } from '../../help.ts'
import { cronJobNamed } from '../../resources.ts'

/** `cronjob delete` */
export function addDelete(cronJob: Command, run: Run): void {
  cronJob
    .command('delete <cronjob>')
    .description('delete a CronJob with its runs and logs')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', examples('hks-func cronjob delete nightly --yes'))
    .action((name: string, options: { readonly yes?: boolean }, command: Command) =>
      run(command, async context => {
        const job = await cronJobNamed(context, name)
        const running = job.active === 0 ? '' : ` ${job.active} in progress will be ended.`
        await confirmLoss(context, options, `Delete ${job.name} with its runs and logs?${running}`)
        const client = await context.client()
        await client.call('deleteCronJob', { params: { id: job.id }, signal: context.signal })
        context.out.result({ deleted: job.id }, () => `Deleted ${job.name}.`)
      }),
    )
}
