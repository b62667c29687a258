import { commands as vscodeCommands, l10n, window } from 'vscode'
import type { SandboxStatus } from '../../contract/gateway.ts'
import { type CommandName, commands } from '../contributions.ts'
import { statusText } from '../model/gatewayState.ts'
import { mendableProblems, sandboxSentences } from '../model/sandboxWords.ts'
import type { Command } from './command.ts'

/** Offers what can be done about the gateway: what a click on the status bar opens. */
export const gatewayMenu: Command = {
  name: 'gatewayMenu',
  run: async ({ session, logs }) => {
    const { kind } = session.state
    const { sandbox } = session.resources
    const items = [
      ...(kind === 'ready' ? [item(l10n.t('$(arrow-swap) Choose project or add a cluster'), 'chooseProject')] : []),
      ...(kind === 'ready' ? [] : [item(l10n.t('$(play) Start or look for the gateway'), 'refresh')]),
      ...(kind === 'ready' || kind === 'error'
        ? [item(l10n.t('$(debug-restart) Restart gateway'), 'restartGateway')]
        : []),
      ...(kind === 'ready' ? [item(l10n.t('$(debug-stop) Stop gateway'), 'stopGateway')] : []),
      item(l10n.t('$(output) Show gateway log'), 'showGatewayLog'),
      ...(kind === 'ready' && sandbox !== undefined ? sandboxItems(sandbox) : []),
      ...(logs.following.length === 0 ? [] : [item(l10n.t('$(close) Stop following a log'), 'stopFollowing')]),
    ]
    const placeHolder = statusText(session.state, undefined, l10n.t).summary
    const choice = await window.showQuickPick(items, { title: l10n.t('Hexabase HKS gateway'), placeHolder })
    if (choice !== undefined) await vscodeCommands.executeCommand(commands[choice.command], choice.argument)
  },
}

interface Item {
  readonly label: string
  readonly command: CommandName
  readonly detail?: string
  readonly argument?: unknown
}

const item = (label: string, command: CommandName): Item => ({ label, command })

/** What is missing with the command that mends it, then another look. */
const sandboxItems = (sandbox: SandboxStatus): Item[] => [
  ...mendableProblems(sandbox).map(({ what, mend }) => ({
    ...item(l10n.t('$(terminal) Mend the sandbox: {0}', what), 'mendSandbox'),
    detail: mend,
    argument: { what },
  })),
  {
    ...item(l10n.t('$(refresh) Check the sandbox again'), 'checkSandbox'),
    detail: sandboxSentences(sandbox, l10n.t),
  },
]
