import { basename } from 'node:path'
import { commands as vscodeCommands, l10n, type Uri, window, workspace } from 'vscode'
import { HksError } from '../../contract/errors.ts'
import { commands } from '../contributions.ts'
import type { Command } from './command.ts'
import { cronJobNamed, noCronJob, pickManifest, projectOfFile } from './manifestCronJobs.ts'
import type { ManifestTarget } from './target.ts'

/** Shows what the gateway has under the name of a CronJob of a manifest file beside what the file says. */
export const compareManifest: Command = {
  name: 'compareManifest',
  run: async (services, argument) => {
    const target = await pickManifest(argument)
    if (target === undefined) return
    const name = target.name ?? (await chooseName(target.uri))
    if (name === undefined) return
    const file = target.uri.fsPath
    const job = cronJobNamed(services, await projectOfFile(services, file), name)
    if (job === undefined) {
      void offerToAdd({ uri: target.uri, name })
      return
    }
    if (job.functionId !== undefined)
      throw new HksError('CONFLICT', l10n.t('{0} calls a function on the gateway; no manifest says that.', name), {
        hint: l10n.t('"Add to Project" makes it run the command of the manifest.'),
      })
    const theirs = services.gatewayManifests.open(job, target.uri)
    const title = l10n.t('{0}: gateway ↔ {1}', name, basename(file))
    await vscodeCommands.executeCommand('vscode.diff', theirs, target.uri, title)
  },
}

/** A manifest that could not be run can be compared all the same. */
async function chooseName(uri: Uri): Promise<string | undefined> {
  const { inspectManifest } = await import('../../scaffold/inspectManifest.ts')
  const { cronJobs } = inspectManifest((await workspace.openTextDocument(uri)).getText())
  const names = cronJobs.flatMap(({ name }) => name ?? [])
  if (names.length === 0) throw noCronJob(uri)
  return names.length === 1 ? names[0] : window.showQuickPick(names, { placeHolder: l10n.t('CronJob to compare') })
}

async function offerToAdd(target: ManifestTarget & { readonly name: string }): Promise<void> {
  const add = l10n.t('Add to Project')
  const message = l10n.t('{0} is not in the project yet; there is nothing to compare with.', target.name)
  const choice = await window.showInformationMessage(message, add)
  if (choice === add) await vscodeCommands.executeCommand(commands.addManifest, target)
}
