import { commands as vscodeCommands, l10n, window } from 'vscode'
import { type CommandName, commands } from '../contributions.ts'
import { statusText } from '../model/gatewayState.ts'
import type { Command } from './command.ts'

/** Offers what can be done about the gateway: what a click on the status bar opens. */
export const gatewayMenu: Command = {
  name: 'gatewayMenu',
  run: async ({ session, logs }) => {
    const { kind } = session.state
    const item = (label: string, command: CommandName): { label: string; command: CommandName } => ({ label, command })
    const items = [
      ...(kind === 'ready' ? [] : [item(l10n.t('$(play) Start or look for the gateway'), 'refresh')]),
      ...(kind === 'ready' || kind === 'error'
        ? [item(l10n.t('$(debug-restart) Restart gateway'), 'restartGateway')]
        : []),
      ...(kind === 'ready' ? [item(l10n.t('$(debug-stop) Stop gateway'), 'stopGateway')] : []),
      item(l10n.t('$(output) Show gateway log'), 'showGatewayLog'),
      ...(logs.following.length === 0 ? [] : [item(l10n.t('$(close) Stop following a log'), 'stopFollowing')]),
    ]
    const placeHolder = statusText(session.state, l10n.t).tooltip
    const choice = await window.showQuickPick(items, { title: l10n.t('Hexabase HKS gateway'), placeHolder })
    if (choice !== undefined) await vscodeCommands.executeCommand(commands[choice.command])
  },
}
