import { type Command, Option } from 'commander'
import type { KnativeInstall } from '../../../contract/knative.ts'
import { readManifestFolder } from '../../../scaffold/manifestFolder.ts'
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
  const manifests = options.from === undefined ? undefined : await readManifestFolder(options.from, '--from')
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
      const seconds = (milliseconds = 0) => `${(milliseconds / 1000).toFixed(milliseconds < 1000 ? 2 : 1)} s`
      return `Knative runs in ${connection.name}: ${objects}\nA function served after ${seconds(
        verified?.deployMilliseconds,
      )} and answered in ${seconds(verified?.callMilliseconds)}.`
    },
  )
}
