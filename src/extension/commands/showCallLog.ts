import { env, l10n } from 'vscode'
import { logResource } from '../logs/logResource.ts'
import { absoluteTime } from '../model/time.ts'
import type { Command } from './command.ts'
import { pickCall } from './pick.ts'

/** Writes the log of one call into the function's output channel, live to its end. */
export const showCallLog: Command = {
  name: 'showCallLog',
  run: async (services, argument) => {
    const picked = await pickCall(services, argument, l10n.t('Call whose log to show'))
    if (picked === undefined) return
    const { fn, call } = picked
    const started = absoluteTime(Date.parse(call.startedAt), env.language)
    const heading = l10n.t('Log of the call of {0}', started)
    services.logs.showPart(logResource(services.session.resources, fn), { invocationId: call.id }, heading)
  },
}
