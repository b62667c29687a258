import type { Command } from 'commander'
import { functionNamed } from '../context.ts'
import { type LogOptions, printLogs, withLogOptions } from '../printLogs.ts'
import type { Run } from '../program.ts'

/** `logs`: of a function. */
export function addLogs(program: Command, run: Run): void {
  withLogOptions(program.command('logs <function>').description("show a function's log"))
    .addHelpText('after', '\nExamples:\n  $ hks-func logs greet --tail 20\n  $ hks-func logs greet -f --since 10m')
    .action((name: string, options: LogOptions, command: Command) =>
      run(command, async context => {
        const fn = await functionNamed(context, name)
        await printLogs(context, { kind: 'function', id: fn.id }, options)
      }),
    )
}
