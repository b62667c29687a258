import type { Command } from 'commander'
import type { KnativeRemoval } from '../../../contract/knative.ts'
import { confirmLoss } from '../../confirm.ts'
import { clusterNamed } from '../../connections.ts'
import type { Context, Run } from '../../context.ts'
import { examples } from '../../help.ts'
import { tellKnativeWork } from '../../tellKnativeWork.ts'

/** `cluster uninstall [connection]` */
export function addClusterUninstall(cluster: Command, run: Run): void {
  cluster
    .command('uninstall [connection]')
    .description(
      'remove what `cluster install` has made; refused while there are Knative Services, and for what others have installed',
    )
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', examples('hks-func cluster uninstall kind-dev --yes'))
    .action((name: string | undefined, options: { readonly yes?: boolean }, command: Command) =>
      run(command, context => uninstall(context, name, options)),
    )
}

async function uninstall(context: Context, name: string | undefined, options: { readonly yes?: boolean }) {
  const connection = await clusterNamed(context, name)
  if (!options.yes) {
    const { objects } = await planned(context, connection.id)
    const at = connection.server === undefined ? '' : ` at ${connection.server}`
    const question = `Remove Knative from ${connection.name}${at}: ${removalWords(objects)}?`
    if (objects.length > 0) await confirmLoss(context, options, question)
  }
  await tellKnativeWork(context, { connectionId: connection.id }, ({ deleted }) =>
    deleted === 0
      ? `There is no Knative in ${connection.name}; all is as it was.`
      : `Knative is removed from ${connection.name}: ${deleted} objects deleted.`,
  )
}

/** What would go. @throws HksError why it is refused, before anybody is asked */
async function planned({ client, signal }: Context, id: string): Promise<KnativeRemoval> {
  return (await client()).call('planKnativeRemoval', { params: { id }, signal })
}

/** Such as `102 objects, among them the namespace knative-serving with all that is in it and 12 types with all their objects`. */
function removalWords(objects: KnativeRemoval['objects']): string {
  const namespaces = objects.filter(({ kind }) => kind === 'Namespace').map(({ name }) => name)
  const types = objects.filter(({ kind }) => kind === 'CustomResourceDefinition').length
  const parts = [
    ...namespaces.map(name => `the namespace ${name} with all that is in it`),
    ...(types === 0 ? [] : [`${types} types with all their objects`]),
  ]
  return `${objects.length} objects${parts.length === 0 ? '' : `, among them ${parts.join(' and ')}`}`
}
