import type { Command } from 'commander'
import { confirmLoss } from '../../confirm.ts'
import { clusterNamed } from '../../connections.ts'
import type { Context, Run } from '../../context.ts'
import { examples } from '../../help.ts'
import { tellKnativeWork } from '../../tellKnativeWork.ts'

/** `cluster uninstall [connection]` */
export function addClusterUninstall(cluster: Command, run: Run): void {
  cluster
    .command('uninstall [connection]')
    .description('remove what `cluster install` has made; refused while there are Knative Services')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', examples('hks-func cluster uninstall kind-dev --yes'))
    .action((name: string | undefined, options: { readonly yes?: boolean }, command: Command) =>
      run(command, context => uninstall(context, name, options)),
    )
}

async function uninstall(context: Context, name: string | undefined, options: { readonly yes?: boolean }) {
  const connection = await clusterNamed(context, name)
  const at = connection.server === undefined ? '' : ` at ${connection.server}`
  await confirmLoss(context, options, `Remove Knative from ${connection.name}${at}?`)
  await tellKnativeWork(context, { connectionId: connection.id }, ({ deleted }) =>
    deleted === 0
      ? `Nothing in ${connection.name} was installed by hks-func; all is as it was.`
      : `Knative is removed from ${connection.name}: ${deleted} objects deleted.`,
  )
}
