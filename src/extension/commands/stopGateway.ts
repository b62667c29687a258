import { l10n, ProgressLocation, window } from 'vscode'
import type { Command } from './command.ts'
import { confirmEndOfRuns, graceSeconds } from './confirmEndOfRuns.ts'

/** Ends the gateway until something needs it again. */
export const stopGateway: Command = {
  name: 'stopGateway',
  run: async services => {
    if (!(await confirmEndOfRuns(services, l10n.t('Stop Gateway')))) return
    const options = { location: ProgressLocation.Window, title: l10n.t('Stopping the gateway') }
    await window.withProgress(options, async () => {
      services.session.stop(l10n.t('It starts again when you ask for it.'))
      await services.gateway.stop(graceSeconds)
    })
  },
}
