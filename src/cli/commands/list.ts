import type { Command } from 'commander'
import type { Function } from '../../contract/functions.ts'
import type { Run } from '../context.ts'
import { examples } from '../help.ts'
import { table } from '../output/table.ts'
import { findProject } from '../project.ts'
import { functionsOf } from '../resources.ts'

/** `list`: the functions of the project. */
export function addList(program: Command, run: Run): void {
  program
    .command('list')
    .alias('ls')
    .description("list the project's functions")
    .addHelpText('after', examples('hks-func list', 'hks-func list --project hello-hks --json'))
    .action((_options: object, command: Command) =>
      run(command, async context => {
        const project = await findProject(context)
        const items = project ? await functionsOf(context, project.id) : []
        context.out.result({ items }, () =>
          items.length === 0
            ? `${project?.name ?? context.cwd} has no functions. Begin with hks-func init.`
            : table(
                ['name', 'runtime', 'status', 'revision', 'replicas', 'url'],
                items.map(fn => [fn.name, fn.runtime, statusOf(fn), String(fn.revision), String(fn.replicas), fn.url]),
              ),
        )
      }),
    )
}

const statusOf = ({ status, debugging }: Function): string => (debugging ? `${status}, debugged` : status)
