import { l10n } from 'vscode'
import type { Command } from './command.ts'
import { pickFunction } from './pick.ts'

/** Ends the deploying at each save; the function stays as it serves. */
export const stopHotReload: Command = {
  name: 'stopHotReload',
  run: async (services, argument) => {
    const { hotReloads } = services
    const fits = ({ id }: { readonly id: string }): boolean => hotReloads.functions.has(id)
    const fn = await pickFunction(services, argument, l10n.t('Function not to deploy at each save any more'), fits)
    if (fn !== undefined) await hotReloads.stop(fn.id)
  },
}
