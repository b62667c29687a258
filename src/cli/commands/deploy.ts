import { resolve } from 'node:path'
import type { Command } from 'commander'
import { deployWithin } from '../../client/deploymentUnderWay.ts'
import { HksError } from '../../contract/errors.ts'
import type { Function } from '../../contract/functions.ts'
import { findFunctionFolder } from '../../scaffold/findFunctionFolder.ts'
import { readFunctionFolder } from '../../scaffold/functionYaml.ts'
import { refusedField } from '../../scaffold/refusedField.ts'
import { type ReadSource, readSource } from '../../scaffold/sourcePlace.ts'
import type { Context, Run } from '../context.ts'
import { type DeployOptions, deploymentOf, warningsOf, withDeployOptions } from '../deployOptions.ts'
import { findSource } from '../findSource.ts'
import { tellingProgress } from '../deploymentProgress.ts'
import { examples } from '../help.ts'
import { wholeNumber } from '../optionValues.ts'
import { facts } from '../output/table.ts'
import { openProject } from '../project.ts'

interface Options extends DeployOptions {
  readonly wait?: number
  readonly image?: string
}

/** Packages take their time. */
const defaultWaitSeconds = 240

/** `deploy`: a folder with `function.yaml`, or one source file. */
export function addDeploy(program: Command, run: Run): void {
  withDeployOptions(
    program
      .command('deploy [path]')
      .description('deploy a folder with function.yaml (found by walking up), or one source file'),
  )
    .option('--image <image>', 'an image of your own that answers HTTP at $PORT, in place of a source; on a cluster')
    .option('--wait <seconds>', `how long to wait until it serves (default: ${defaultWaitSeconds})`, wholeNumber(0))
    .addHelpText(
      'after',
      examples(
        'hks-func deploy',
        'hks-func deploy functions/greet',
        'hks-func deploy resize.py --name resize',
        'hks-func deploy generated.mjs --profile agent',
        'hks-func deploy --image registry.example.com/team/shop:1 --name shop',
      ),
    )
    .action((path: string | undefined, options: Options, command: Command) =>
      run(command, context => deploy(context, path, options)),
    )
}

async function deploy(context: Context, path: string | undefined, options: Options): Promise<void> {
  const source =
    options.image === undefined
      ? await readSource(await findSource(context, path ?? '.'), context.signal)
      : await imageSource(context, path, options.image, options.name)
  warningsOf(source, options).forEach(context.out.say)
  const project = await openProject(context)
  const deployment = deploymentOf(source, options)
  context.out.say(`Deploying ${deployment.name} to ${project.name} …`)
  const client = await context.client()
  const { signal, out } = context
  const wait = { seconds: options.wait ?? defaultWaitSeconds }
  const deploy = () => deployWithin(client, project.id, deployment, wait, signal)
  const told = { projectId: project.id, name: deployment.name }
  const deployed = await tellingProgress(client, told, { say: out.say, signal }, deploy).catch((error: unknown) => {
    throw source.written === undefined ? error : refusedField(error, source.written, deployment)
  })
  context.out.result(deployed, () => describeDeployed(deployed))
}

/** An image, with what a `function.yaml` says besides, where one is named or the name is to come from it. */
async function imageSource(
  context: Context,
  path: string | undefined,
  image: string,
  name: string | undefined,
): Promise<ReadSource> {
  if (path === undefined && name !== undefined) return { settings: { name, image }, warnings: [] }
  const folder = await findFunctionFolder(resolve(context.cwd, path ?? '.'))
  if (folder === undefined) {
    throw new HksError('INVALID_REQUEST', 'name: is missing.', {
      details: { field: 'name' },
      hint: `hks-func deploy --image ${image} --name NAME`,
    })
  }
  const written = await readFunctionFolder(folder)
  const { settings, warnings } = written
  const { runtime: _runtime, runtimeVersion: _version, handler: _handler, ...kept } = settings
  return { settings: { ...kept, image }, warnings, written }
}

const describeDeployed = (fn: Function): string =>
  facts([
    ['Function', fn.name],
    ['Image', fn.image],
    ['Status', fn.status],
    ['Revision', fn.revision === 0 ? undefined : String(fn.revision)],
    ['URL', fn.url],
    ['Reason', fn.reason],
  ])
