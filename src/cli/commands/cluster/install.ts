import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { HksError, invalidField } from '../../../contract/errors.ts'
import { type KnativeInstall, mostManifestBytes } from '../../../contract/knative.ts'
import { clusterNamed } from '../../connections.ts'
import type { Context, Run } from '../../context.ts'
import { examples } from '../../help.ts'
import { tellKnativeWork } from '../../tellKnativeWork.ts'

interface Options {
  readonly from?: string
  readonly acceptUnverified?: boolean
}

/** `cluster install [connection]` */
export function addClusterInstall(cluster: Command, run: Run): void {
  cluster
    .command('install [connection]')
    .description('install Knative and try it with a function; again it changes only what differs')
    .addOption(
      new Option('--from <folder>', 'apply the .yaml files of this folder, in the order of their names').conflicts(
        'acceptUnverified',
      ),
    )
    .option('--accept-unverified', 'download the release and take it though nobody has pinned its sha256')
    .addHelpText(
      'after',
      examples('hks-func cluster install kind-dev --from knative', 'hks-func cluster install --accept-unverified'),
    )
    .action((name: string | undefined, options: Options, command: Command) =>
      run(command, context => install(context, name, options)),
    )
}

async function install(context: Context, name: string | undefined, options: Options): Promise<void> {
  const manifests = options.from === undefined ? undefined : await readFolder(options.from)
  const connection = await clusterNamed(context, name)
  const install: KnativeInstall = {
    ...(manifests ? { manifests } : {}),
    ...(options.acceptUnverified ? { acceptUnverified: true } : {}),
  }
  await tellKnativeWork(
    context,
    { connectionId: connection.id, install },
    ({ created, changed, unchanged, verified }) => {
      const objects = `${created} objects created, ${changed} changed, ${unchanged} as they were.`
      const seconds = (milliseconds = 0) => `${(milliseconds / 1000).toFixed(1)} s`
      return `Knative runs in ${connection.name}: ${objects}\nA function served after ${seconds(
        verified?.deployMilliseconds,
      )} and answered in ${seconds(verified?.callMilliseconds)}.`
    },
  )
}

type Manifests = NonNullable<KnativeInstall['manifests']>

async function readFolder(folder: string): Promise<Manifests> {
  const info = await stat(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (!info?.isDirectory()) throw invalidField('--from', folder, `${folder} is no folder.`)
  const names = (await readdir(folder)).filter(name => /\.ya?ml$/.test(name)).sort()
  if (names.length === 0) throw invalidField('--from', folder, `${folder} has no file that ends in .yaml.`)
  const files = await Promise.all(
    names.map(async name => ({ name, content: await readFile(join(folder, name), 'utf8') })),
  )
  const bytes = files.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0)
  if (bytes <= mostManifestBytes / 2) return files
  throw new HksError('PAYLOAD_TOO_LARGE', `--from: the files of ${folder} are larger than 16 MiB.`, {
    hint: 'Leave in it only what Knative Serving needs.',
  })
}
