import { stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import type { Command } from 'commander'
import { HksError } from '../../contract/errors.ts'
import type { Function } from '../../contract/functions.ts'
import { findFunctionFolder } from '../../scaffold/findFunctionFolder.ts'
import { type FunctionSettings, readFunctionFolder } from '../../scaffold/functionYaml.ts'
import { packFile, packFolder } from '../../scaffold/packSource.ts'
import { singleFileSettings } from '../../scaffold/singleFile.ts'
import { type Context, currentProject } from '../context.ts'
import { facts } from '../output/output.ts'
import { assignment, type Run, wholeNumber } from '../program.ts'

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
    .description('deploy a folder with function.yaml, or one source file')
    .option('-n, --name <name>', 'name of the function (default: that of function.yaml or of the file)')
    .option('-e, --env <NAME=VALUE>', 'a variable beside those of function.yaml; repeatable', assignment)
    .option('--timeout <seconds>', 'longest time of a call', wholeNumber(1))
    .option('--wait <seconds>', 'how long to wait until it serves (default: 60)', wholeNumber(0))
    .addHelpText(
      'after',
      '\nExamples:\n  $ hks-func deploy\n  $ hks-func deploy functions/greet\n  $ hks-func deploy resize.py --name resize',
    )
    .action((path: string | undefined, options: Options, command: Command) =>
      run(command, context => deploy(context, path, options)),
    )
}

async function deploy(context: Context, path: string | undefined, options: Options): Promise<void> {
  const { settings, source, warnings } = await readSource(context, path)
  warnings.forEach(context.out.say)
  const project = await currentProject(context)
  const name = options.name ?? settings.name
  context.out.say(`Deploying ${name} to ${project.name} …`)
  const deployed = await (await context.client()).call('deployFunction', {
    params: { id: project.id },
    body: {
      ...settings,
      name,
      environment: { ...settings.environment, ...options.env },
      ...(options.timeout === undefined ? {} : { timeout: options.timeout }),
      ...(options.wait === undefined ? {} : { waitSeconds: options.wait }),
      source,
    },
    signal: context.signal,
  })
  context.out.result(deployed, () => describeDeployed(deployed))
}

const describeDeployed = (fn: Function) =>
  facts([
    ['Function', fn.name],
    ['Status', fn.status],
    ['Revision', String(fn.revision)],
    ['URL', fn.url],
    ['Reason', fn.reason],
  ])

async function readSource(
  context: Context,
  path: string | undefined,
): Promise<{
  settings: FunctionSettings
  source: string
  warnings: readonly string[]
}> {
  const target = resolve(context.cwd, path ?? '.')
  const info = await stat(target).catch((cause: unknown) => {
    throw new HksError('NOT_FOUND', `path: ${target} is not there.`, { cause })
  })
  if (info.isFile() && basename(target) !== 'function.yaml') {
    const { source } = await packFile(target)
    return { settings: singleFileSettings(target), source, warnings: [] }
  }
  const folder = await findFunctionFolder(target)
  if (folder === undefined) {
    throw new HksError('NOT_FOUND', `No function.yaml in ${target} or above it.`, {
      hint: 'Deploy a source file, or begin with hks-func init.',
    })
  }
  const { settings, warnings } = await readFunctionFolder(folder)
  const { source } = await packFolder(folder, context.signal)
  return { settings, source, warnings }
}
