import { l10n, ProgressLocation, window } from 'vscode'
import type { Command } from './command.ts'
import { confirmEndOfRuns, graceSeconds } from './confirmEndOfRuns.ts'

/** Ends the gateway and starts it again. */
export const restartGateway: Command = {
  name: 'restartGateway',
  run: async services => {
    if (!(await confirmEndOfRuns(services, l10n.t('Restart Gateway')))) return
    const options = { location: ProgressLocation.Window, title: l10n.t('Restarting the gateway') }
    await window.withProgress(options, async () => {
      services.session.stop(l10n.t('It is being restarted.'))
      await services.gateway.stop(graceSeconds)
      await services.session.ready()
    })
  },
}
