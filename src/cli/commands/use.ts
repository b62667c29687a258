import type { Command } from 'commander'
import type { Project } from '../../contract/projects.ts'
import { allConnections } from '../connections.ts'
import type { Context, Run } from '../context.ts'
import { examples } from '../help.ts'
import { findProject, projectNamed } from '../project.ts'
import { usedProject, useProject } from '../usedProject.ts'

/** `use [project]`: the project of all commands that name none. */
export function addUse(program: Command, run: Run): void {
  program
    .command('use [project]')
    .description(
      'choose the project of all commands: CONNECTION/NAMESPACE, a name, an id, a folder, or - for the current folder',
    )
    .addHelpText('after', examples('hks-func use kind-dev/default', 'hks-func use -', 'hks-func use'))
    .action((ref: string | undefined, _options: object, command: Command) => run(command, context => use(context, ref)))
}

async function use(context: Context, ref: string | undefined): Promise<void> {
  if (ref === '-') {
    await useProject(context.home, undefined)
    context.out.result({ project: null }, () => 'Each folder is its own project.')
    return
  }
  const project = ref === undefined ? await findProject(context) : await projectNamed(context, ref)
  if (ref !== undefined && project) await useProject(context.home, project.id)
  const chosen = ref !== undefined || (await usedProject(context.home)) !== undefined
  const text = project ? await describe(context, project) : `${context.cwd} is no project yet.`
  context.out.result({ project: project ?? null, chosen }, () => (chosen ? text : `${text} (of the current folder)`))
}

async function describe(context: Context, project: Project): Promise<string> {
  const connection = (await allConnections(context)).find(({ id }) => id === project.connection)
  return connection && connection.kind !== 'local'
    ? `${connection.name}/${project.name}`
    : (project.path ?? project.name)
}
