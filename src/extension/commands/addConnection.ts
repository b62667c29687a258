import { commands as vscodeCommands, l10n, type QuickPickItem, window } from 'vscode'
import { defined } from '../../base/defined.ts'
import { kubeconfigFiles } from '../../base/kubeconfigFiles.ts'
import type { GatewayClient } from '../../client/gatewayClient.ts'
import type { KubeContext } from '../../contract/connections.ts'
import { HksError } from '../../contract/errors.ts'
import { commands } from '../contributions.ts'
import type { Command } from './command.ts'

/** Adds a context of the kubeconfig: one to choose, then a name. Its namespace is opened. */
export const addConnection: Command = {
  name: 'addConnection',
  run: async ({ session }) => {
    const client = await session.ready()
    const kubeconfig = kubeconfigOfWindow()
    const context = await chooseContext(client, kubeconfig)
    if (context === undefined) return
    const taken = new Set([...session.resources.connections.values()].map(({ name }) => name))
    const name = await window.showInputBox({
      title: l10n.t('Add Cluster'),
      prompt: l10n.t('What to call {0}', context.name),
      value: context.name,
      validateInput: text => problemOf(text, taken),
      ignoreFocusOut: true,
    })
    if (name === undefined) return
    const files = kubeconfigFiles(kubeconfig)
    const connection = await client.call('createConnection', {
      body: { kind: 'kubernetes', context: context.name, name, ...defined({ kubeconfig: files }) },
    })
    const namespaces = l10n.t('Open More Namespaces')
    const settings = l10n.t('Settings')
    const message = l10n.t('{0} was added with the namespace {1}.', name, context.namespace ?? 'default')
    // Not awaited: the cluster is there whether or not somebody answers.
    void window.showInformationMessage(message, namespaces, settings).then(choice => {
      if (choice === undefined) return
      const command = choice === namespaces ? commands.openNamespace : commands.connectionSettings
      void vscodeCommands.executeCommand(command, { connectionId: connection.id })
    })
  },
}

/** The gateway has another environment than this window. */
const kubeconfigOfWindow = (): string | undefined => process.env['KUBECONFIG'] || undefined

async function chooseContext(client: GatewayClient, kubeconfig: string | undefined): Promise<KubeContext | undefined> {
  const { items } = await client.call('listKubeContexts', { query: kubeconfig === undefined ? {} : { kubeconfig } })
  if (items.length === 0)
    throw new HksError('CONNECTION_FAILED', l10n.t('The kubeconfig has no contexts.'), {
      hint: l10n.t('Make one with the tool of your cluster, such as "kind create cluster".'),
    })
  const shown = items
    .toSorted((a, b) => Number(b.isCurrent) - Number(a.isCurrent))
    .map((context): QuickPickItem & { readonly context: KubeContext } => ({
      label: context.name,
      description: context.isCurrent ? l10n.t('current context') : '',
      detail: [context.server ?? context.cluster, context.authentication].join(' · '),
      context,
    }))
  const placeHolder = l10n.t('Context of your kubeconfig')
  const options = { title: l10n.t('Add Cluster'), placeHolder, matchOnDetail: true }
  return (await window.showQuickPick(shown, options))?.context
}

function problemOf(name: string, taken: ReadonlySet<string>): string | undefined {
  if (name.trim() === '') return l10n.t('A cluster needs a name.')
  return taken.has(name) ? l10n.t('{0} is the name of another connection.', name) : undefined
}
