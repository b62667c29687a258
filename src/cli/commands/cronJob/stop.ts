import type { Command } from 'commander'
import type { Context, Run } from '../../context.ts'
import { examples } from '../../help.ts'
import { cronJobNamed } from '../../resources.ts'

interface Options {
  readonly execution?: string
}

/** `cronjob stop` */
export function addStop(cronJob: Command, run: Run): void {
  cronJob
    .command('stop <cronjob>')
    .description('end its runs in progress with all their processes; they count as failed')
    .option('-x, --execution <id>', 'only this run')
    .addHelpText('after', examples('hks-func cronjob stop nightly'))
    .action((name: string, options: Options, command: Command) => run(command, context => stop(context, name, options)))
}

async function stop(context: Context, name: string, { execution }: Options): Promise<void> {
  const { id, name: cronJob } = await cronJobNamed(context, name)
  const client = await context.client()
  const { out, signal } = context
  const running =
    execution === undefined
      ? (await client.call('listExecutions', { params: { id }, query: { status: 'running', limit: 1000 }, signal }))
          .items
      : [{ id: execution }]
  const items = await Promise.all(
    running.map(each => client.call('stopExecution', { params: { id, execId: each.id }, signal })),
  )
  out.result({ items }, () =>
    items.length === 0
      ? `No run of ${cronJob} is in progress.`
      : items.map(({ jobName, status, cause }) => `${jobName} ${status}${cause ? `: ${cause}` : '.'}`).join('\n'),
  )
}
