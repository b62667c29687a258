import { l10n } from 'vscode'
import { HksError } from '../../contract/errors.ts'
import type { Command } from './command.ts'
import { pickCall } from './pick.ts'

/** Ends a call that is under way, whoever made it. */
export const cancelCall: Command = {
  name: 'cancelCall',
  run: async (services, argument) => {
    const placeHolder = l10n.t('Call to cancel')
    const picked = await pickCall(services, argument, placeHolder, call => call.outcome === 'running')
    if (picked === undefined) return
    const client = await services.session.ready()
    try {
      await client.call('cancelInvocation', { params: { id: picked.call.id } })
    } catch (error) {
      // One that has ended meanwhile is where the user wants it.
      if (!(error instanceof HksError && error.code === 'CONFLICT')) throw error
    }
  },
}
