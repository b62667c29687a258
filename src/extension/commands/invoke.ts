import { commands as vscodeCommands, l10n, type Uri, window } from 'vscode'
import type { Function } from '../../contract/functions.ts'
import { commands } from '../contributions.ts'
import { canBeCalled } from '../model/functionNode.ts'
import type { Command, Services } from './command.ts'
import { findSource } from './deployableSource.ts'
import { pickFunction } from './pick.ts'
import { uriOf } from './target.ts'

/** Opens the page that calls a function. */
export const invoke: Command = {
  name: 'invoke',
  needsTrust: true,
  run: async (services, argument) => {
    const file = uriOf(argument)
    const fn =
      file === undefined
        ? await pickFunction(services, argument, l10n.t('Function to invoke'), canBeCalled)
        : await functionOf(services, file)
    if (fn !== undefined) services.panels.invoke(fn)
  },
}

/** The function of a `function.yaml`; where it is not deployed, that is offered. */
async function functionOf(services: Services, file: Uri): Promise<Function | undefined> {
  const source = await findSource(services, file, file)
  if (source === undefined) return undefined
  const { name } = source.settings
  const functions = [...services.session.resources.functions.values()]
  const fn = functions.find(({ projectId, name: called }) => projectId === source.projectId && called === name)
  if (fn !== undefined && canBeCalled(fn)) return fn
  void offerToDeploy(name, file)
  return undefined
}

async function offerToDeploy(name: string, file: Uri): Promise<void> {
  const deploy = l10n.t('Deploy')
  const choice = await window.showInformationMessage(l10n.t('{0} is not deployed yet.', name), deploy)
  if (choice === deploy) await vscodeCommands.executeCommand(commands.deploy, file)
}
