import { l10n } from 'vscode'
import { HksError } from '../../contract/errors.ts'
import { functionState } from '../model/functionNode.ts'
import type { Command } from './command.ts'
import { pickFunction } from './pick.ts'
import { targetOf } from './target.ts'

/** Ends a deployment that is under way; the revision before it goes on serving. */
export const cancelDeployment: Command = {
  name: 'cancelDeployment',
  run: async (services, argument) => {
    const fits = (f: Parameters<typeof functionState>[0]): boolean => functionState(f) === 'deploying'
    // A new function is deployed before it is there to be picked.
    const id =
      targetOf(argument).functionId ??
      (await pickFunction(services, argument, l10n.t('Function whose deployment to cancel'), fits))?.id
    if (id === undefined) return
    const client = await services.session.ready()
    try {
      await client.call('cancelDeployment', { params: { id } })
    } catch (error) {
      // One that has ended meanwhile has nothing to cancel.
      if (!(error instanceof HksError && error.code === 'CONFLICT')) throw error
    }
  },
}
