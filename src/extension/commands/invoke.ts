import { l10n } from 'vscode'
import { canBeCalled } from '../model/functionNode.ts'
import type { Command } from './command.ts'
import { pickFunction } from './pick.ts'

/** Opens the page that calls a function. */
export const invoke: Command = {
  name: 'invoke',
  needsTrust: true,
  run: async (services, argument) => {
    const fn = await pickFunction(services, argument, l10n.t('Function to invoke'), canBeCalled)
    if (fn !== undefined) services.panels.invoke(fn)
  },
}
