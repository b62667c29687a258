import type { Command } from 'commander'
import { defined } from '../../base/defined.ts'
import type { Function } from '../../contract/functions.ts'
import type { Context, Run } from '../context.ts'
import { deployableSource } from '../deployableSource.ts'
import { examples } from '../help.ts'
import { assignment, wholeNumber } from '../optionValues.ts'
import { facts } from '../output/table.ts'
import { openProject } from '../project.ts'

interface Options {
  readonly name?: string
  readonly env?: Readonly<Record<string, string>>
  readonly timeout?: number
  readonly wait?: number
}

/** `deploy`: a folder with `function.yaml`, or one source file. */
export function addDeploy(program: Command, run: Run): void {
  program
    .command('deploy [path]')
    .description('deploy a folder with function.yaml (found by walking up), or one source file')
    .option('-n, --name <name>', 'name of the function (default: that of function.yaml or of the file)')
    .option('-e, --env <NAME=VALUE>', 'a variable beside those of function.yaml; repeatable', assignment)
    .option('--timeout <seconds>', 'longest time of a call', wholeNumber(1))
    .option('--wait <seconds>', 'how long to wait until it serves (default: 60)', wholeNumber(0))
    .addHelpText(
      'after',
      examples('hks-func deploy', 'hks-func deploy functions/greet', 'hks-func deploy resize.py --name resize'),
    )
    .action((path: string | undefined, options: Options, command: Command) =>
      run(command, context => deploy(context, path ?? '.', options)),
    )
}

async function deploy(context: Context, path: string, options: Options): Promise<void> {
  const { settings, source, warnings } = await deployableSource(context, path)
  warnings.forEach(context.out.say)
  const project = await openProject(context)
  const name = options.name ?? settings.name
  context.out.say(`Deploying ${name} to ${project.name} …`)
  const client = await context.client()
  const deployed = await client.call('deployFunction', {
    params: { id: project.id },
    body: {
      ...settings,
      name,
      environment: { ...settings.environment, ...options.env },
      ...defined({ timeout: options.timeout ?? settings.timeout, waitSeconds: options.wait }),
      source,
    },
    signal: context.signal,
  })
  context.out.result(deployed, () => describeDeployed(deployed))
}

const describeDeployed = (fn: Function): string =>
  facts([
    ['Function', fn.name],
    ['Status', fn.status],
    ['Revision', String(fn.revision)],
    ['URL', fn.url],
    ['Reason', fn.reason],
  ])
