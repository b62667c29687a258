import { l10n } from 'vscode'
import type { Command } from './command.ts'
import { pickCall } from './pick.ts'

/** Calls a function with what an earlier call was sent. */
export const replayCall: Command = {
  name: 'replayCall',
  needsTrust: true,
  run: async (services, argument) => {
    const picked = await pickCall(services, argument, l10n.t('Call to replay'), call => call.source === 'invoke')
    if (picked === undefined) return
    services.panels.invoke(picked.fn, { kind: 'replay', invocationId: picked.call.id })
  },
}
