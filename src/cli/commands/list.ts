import type { Command } from 'commander'
import { currentProject, functionsOf } from '../context.ts'
import { table } from '../output/output.ts'
import type { Run } from '../program.ts'

/** `list`: the functions of the project. */
export function addList(program: Command, run: Run): void {
  program
    .command('list')
    .alias('ls')
    .description("list the project's functions")
    .addHelpText('after', '\nExample:\n  $ hks-func list --json')
    .action((_options: object, command: Command) =>
      run(command, async context => {
        const project = await currentProject(context)
        const functions = await functionsOf(context, project.id)
        context.out.result({ items: functions }, () =>
          functions.length === 0
            ? `${project.name} has no functions. Begin with hks-func init.`
            : table(
                ['name', 'runtime', 'status', 'revision', 'replicas', 'url'],
                functions.map(fn => [fn.name, fn.runtime, fn.status, String(fn.revision), String(fn.replicas), fn.url]),
              ),
        )
      }),
    )
}
