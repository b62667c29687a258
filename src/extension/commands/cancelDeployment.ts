import { l10n } from 'vscode'
import { functionState } from '../model/functionNode.ts'
import type { Command } from './command.ts'
import { pickFunction } from './pick.ts'

/** Ends a deployment that is under way; the revision before it goes on serving. */
export const cancelDeployment: Command = {
  name: 'cancelDeployment',
  run: async (services, argument) => {
    const fits = (f: Parameters<typeof functionState>[0]): boolean => functionState(f) === 'deploying'
    const fn = await pickFunction(services, argument, l10n.t('Function whose deployment to cancel'), fits)
    if (fn === undefined) return
    const client = await services.session.ready()
    await client.call('cancelDeployment', { params: { id: fn.id } })
  },
}
