import type { Command } from 'commander'
import type { Run } from '../../context.ts'
import { examples } from '../../help.ts'
import { type LogOptions, printLogs, withLogOptions } from '../../printLogs.ts'
import { cronJobNamed } from '../../resources.ts'

/** `cronjob logs` */
export function addLogs(cronJob: Command, run: Run): void {
  withLogOptions(cronJob.command('logs <cronjob>').description('show the log of all runs, or of one'))
    .option('-x, --execution <id>', 'only this run')
    .addHelpText(
      'after',
      examples('hks-func cronjob logs nightly -f', 'hks-func cronjob logs nightly --grep error -i --tail 100'),
    )
    .action((name: string, options: LogOptions & { readonly execution?: string }, command: Command) =>
      run(command, async context => {
        const { id } = await cronJobNamed(context, name)
        const { execution } = options
        const target =
          execution === undefined
            ? ({ kind: 'cronJob', id } as const)
            : ({ kind: 'execution', id, execId: execution } as const)
        await printLogs(context, target, options)
      }),
    )
}
