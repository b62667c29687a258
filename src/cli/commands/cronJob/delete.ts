import type { Command } from 'commander'
import type { CronJob } from '../../../contract/cronJobs.ts'
import { confirmLoss } from '../../confirm.ts'
import type { Run } from '../../context.ts'
import { forEach } from '../../forEach.ts'
import { examples } from '../../help.ts'
import { cronJobsNamed } from '../../resources.ts'

/** `cronjob delete` */
export function addDelete(cronJob: Command, run: Run): void {
  cronJob
    .command('delete <cronjobs...>')
    .description('delete CronJobs with their runs and logs')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', examples('hks-func cronjob delete nightly --yes', 'hks-func cronjob delete nightly hourly'))
    .action((names: string[], options: { readonly yes?: boolean }, command: Command) =>
      run(command, async context => {
        const jobs = await cronJobsNamed(context, names)
        await confirmLoss(context, options, question(jobs))
        const client = await context.client()
        await forEach(context, jobs, {
          plural: 'CronJobs',
          undone: 'not deleted',
          act: async ({ id }) => {
            await client.call('deleteCronJob', { params: { id }, signal: context.signal })
            return { deleted: id }
          },
          text: (_result, { name }) => `Deleted ${name}.`,
        })
      }),
    )
}

function question(jobs: readonly CronJob[]): string {
  const active = jobs.reduce((sum, job) => sum + job.active, 0)
  const running = active === 0 ? '' : ` ${active} in progress will be ended.`
  return `Delete ${jobs.map(({ name }) => name).join(', ')} with ${jobs.length === 1 ? 'its' : 'their'} runs and logs?${running}`
}
