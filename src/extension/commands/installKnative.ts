import { commands as vscodeCommands, l10n, ProgressLocation, window, workspace } from 'vscode'
import type { Connection, KnativePart } from '../../contract/connections.ts'
import type { KnativeInstall } from '../../contract/knative.ts'
import { readManifestFolder } from '../../scaffold/manifestFolder.ts'
import { commands } from '../contributions.ts'
import { unverifiedSums } from '../model/knativeWork.ts'
import type { Command, Services } from './command.ts'
import { runKnativeWork } from './knativeWork.ts'
import { pickConnection } from './pickConnection.ts'

/** Says what functions lack in a cluster, and installs Knative where the user wants it. */
export const installKnative: Command = {
  name: 'installKnative',
  run: async (services, argument) => {
    const connection = await pickConnection(services, argument, l10n.t('Cluster to look at'))
    if (connection === undefined) return
    const parts = await knativeParts(services, connection)
    const lacking = parts.filter(({ state, optional }) => (state === 'missing' || state === 'failed') && !optional)
    if (lacking.length === 0) void window.showInformationMessage(nothingLacking(connection, parts))
    else if (connection.readOnly) await explainReadOnly(connection, lacking)
    else await installLacking(services, connection, lacking)
  },
}

async function knativeParts({ session }: Services, { id, name }: Connection): Promise<readonly KnativePart[]> {
  const client = await session.ready()
  const title = l10n.t('Looking for Knative in {0}', name)
  const { items } = await window.withProgress({ location: ProgressLocation.Notification, title }, () =>
    client.call('checkKnative', { params: { id } }),
  )
  return items
}

/** What nobody could look at is not said to be there. */
const nothingLacking = ({ name }: Connection, parts: readonly KnativePart[]): string =>
  parts.some(({ state, optional }) => state === 'unknown' && !optional)
    ? l10n.t('{0} lacks nothing that functions need, as far as can be seen.', name)
    : l10n.t('{0} has what functions need.', name)

async function explainReadOnly({ id, name }: Connection, lacking: readonly KnativePart[]): Promise<void> {
  const allow = l10n.t('Allow Changes')
  const problems = lacking.map(part => part.message).join(' ')
  const text = l10n.t('{0} Nothing can be installed: the connection {1} is read-only.', problems, name)
  if ((await window.showWarningMessage(text, allow)) !== allow) return
  await vscodeCommands.executeCommand(commands.allowChanges, { connectionId: id })
}

/** Tells what is missing and what is to be done, and does what the user chooses. */
async function installLacking(
  services: Services,
  connection: Connection,
  lacking: readonly KnativePart[],
): Promise<void> {
  const folder = l10n.t('Install from Folder…')
  const download = l10n.t('Download and Install')
  const question = l10n.t('Install Knative in {0}?', connection.name)
  const detail = l10n.t(
    '{0}\n\nInstalling changes the whole cluster and wants the rights of its administrator. The release is downloaded from GitHub; where nobody has checked a file you are shown its sha256 before anything is applied. A folder holds files that you have looked at.',
    lacking.map(problemOf).join('\n'),
  )
  const choice = await window.showWarningMessage(question, { modal: true, detail }, folder, download)
  if (choice === download) await installDownloaded(services, connection)
  if (choice === folder) await installFolder(services, connection)
}

/** What to do about missing types is what the question is about. */
const problemOf = ({ name, message, hint }: KnativePart): string =>
  hint === undefined || name === 'types' ? message : `${message} ${hint}`

async function installFolder(services: Services, connection: Connection): Promise<void> {
  const [first] = workspace.workspaceFolders ?? []
  const [chosen] =
    (await window.showOpenDialog({
      ...{ canSelectFolders: true, canSelectFiles: false, openLabel: l10n.t('Install') },
      title: l10n.t('Folder with the manifests of Knative'),
      ...(first === undefined ? {} : { defaultUri: first.uri }),
    })) ?? []
  if (chosen === undefined) return
  await install(services, connection, { manifests: await readManifestFolder(chosen.fsPath, 'folder') })
}

/** Files that nobody has pinned are taken only with the sums that the user has seen. */
async function installDownloaded(services: Services, connection: Connection): Promise<void> {
  try {
    await install(services, connection, {})
  } catch (error) {
    const sums = unverifiedSums(error)
    if (sums === undefined) throw error
    const accept = l10n.t('Install These Files')
    const detail = l10n.t(
      'These files were downloaded, but nobody has checked them: there is no sum to compare theirs with. They would be applied with the rights of an administrator. Compare their sha256 with a source that you trust; they are in the log "Hexabase HKS", too. Another file than one of these is not taken.\n\n{0}',
      Object.entries(sums)
        .map(([name, sha256]) => `${name}\n${sha256}`)
        .join('\n\n'),
    )
    const question = l10n.t('Install files that nobody has checked in {0}?', connection.name)
    if ((await window.showWarningMessage(question, { modal: true, detail }, accept)) !== accept) return
    await install(services, connection, { acceptSha256: Object.values(sums) })
  }
}

async function install(services: Services, { id, name }: Connection, from: KnativeInstall): Promise<void> {
  const title = l10n.t('Installing Knative in {0}', name)
  const done = await runKnativeWork(services, { connectionId: id, install: from }, title)
  if (done === undefined) return
  void window.showInformationMessage(l10n.t('Knative runs in {0}; a function was deployed and called.', name))
}
