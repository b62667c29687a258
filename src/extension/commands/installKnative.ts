import { l10n, ProgressLocation, window } from 'vscode'
import { type KnativeStep, knativeEvents } from '../../client/knativeEvents.ts'
import type { Connection } from '../../contract/connections.ts'
import type { KnativeInstall } from '../../contract/knative.ts'
import { readManifestFolder } from '../../scaffold/manifestFolder.ts'
import type { Command, Services } from './command.ts'
import { pickConnection } from './pickConnection.ts'
import { signalOf } from './progress.ts'

/** Says what functions lack in a cluster, and installs Knative where the user wants it. */
export const installKnative: Command = {
  name: 'installKnative',
  run: async (services, argument) => {
    const connection = await pickConnection(services, argument, l10n.t('Cluster to look at'))
    if (connection === undefined) return
    const { id, name } = connection
    const client = await services.session.ready()
    const title = l10n.t('Looking for Knative in {0}', name)
    const { items } = await window.withProgress({ location: ProgressLocation.Notification, title }, () =>
      client.call('checkKnative', { params: { id } }),
    )
    const lacking = items.filter(({ state }) => state === 'missing' || state === 'failed')
    if (lacking.length === 0) {
      void window.showInformationMessage(l10n.t('{0} has what functions need.', name))
      return
    }
    const from = await askHow(name, lacking.map(part => part.message).join('\n'))
    if (from !== undefined) await install(services, connection, from)
  },
}

/** What to install from, after the user was told what is missing and what is to be done. */
async function askHow(name: string, problems: string): Promise<KnativeInstall | undefined> {
  const folder = l10n.t('Install from Folder…')
  const download = l10n.t('Download and Install')
  const detail = l10n.t(
    '{0}\n\nInstalling changes the whole cluster and wants the rights of its administrator. A release is downloaded from GitHub; nobody has pinned the sums of its files. A folder holds files that you have looked at.',
    problems,
  )
  const question = l10n.t('Install Knative in {0}?', name)
  const choice = await window.showWarningMessage(question, { modal: true, detail }, folder, download)
  if (choice === download) return { acceptUnverified: true }
  if (choice !== folder) return undefined
  const [chosen] =
    (await window.showOpenDialog({ canSelectFolders: true, canSelectFiles: false, title: question })) ?? []
  return chosen && { manifests: await readManifestFolder(chosen.fsPath, 'folder') }
}

async function install({ session, log }: Services, { id, name }: Connection, from: KnativeInstall): Promise<void> {
  const client = await session.ready()
  const options = { location: ProgressLocation.Notification, title: l10n.t('Installing Knative in {0}', name) }
  await window.withProgress({ ...options, cancellable: true }, async (progress, token) => {
    for await (const step of knativeEvents(client, { connectionId: id, install: from }, signalOf(token))) {
      const words = wordsOf(step)
      if (words === undefined) continue
      log.info(words)
      progress.report({ message: words })
    }
  })
  void window.showInformationMessage(l10n.t('Knative runs in {0}; a function was deployed and called.', name))
}

function wordsOf(step: KnativeStep): string | undefined {
  if (step.type === 'waiting' || step.type === 'warning') return step.message
  if (step.type === 'file') return `${step.name} ${step.sha256}`
  return step.type === 'object' ? `${step.action} ${step.kind} ${step.name}` : undefined
}
