import { l10n } from 'vscode'
import { canBeCalled } from '../model/functionNode.ts'
import type { Command } from './command.ts'
import { pickFunction } from './pick.ts'

/** Calls a function at once with what its page holds, or with what it was sent last. */
export const invokeAgain: Command = {
  name: 'invokeAgain',
  needsTrust: true,
  run: async (services, argument) => {
    const fn = await pickFunction(services, argument, l10n.t('Function to invoke again'), canBeCalled)
    if (fn !== undefined) services.panels.invoke(fn, { kind: 'invoke' })
  },
}
