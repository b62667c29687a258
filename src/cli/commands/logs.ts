import type { Command } from 'commander'
import type { Run } from '../context.ts'
import { examples } from '../help.ts'
import { type LogOptions, printLogs, withLogOptions } from '../printLogs.ts'
import { functionNamed } from '../resources.ts'

/** `logs`: of a function. */
export function addLogs(program: Command, run: Run): void {
  withLogOptions(program.command('logs <function>').description("show a function's log"))
    .addHelpText(
      'after',
      examples('hks-func logs greet --tail 20', 'hks-func logs greet -f --since 10m --grep "user 42"'),
    )
    .action((name: string, options: LogOptions, command: Command) =>
      run(command, async context => {
        const { id } = await functionNamed(context, name)
        await printLogs(context, { kind: 'function', id }, options)
      }),
    )
}
