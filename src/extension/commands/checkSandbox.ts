import { commands as vscodeCommands, l10n, window } from 'vscode'
import { commands } from '../contributions.ts'
import { mendableProblems, sandboxSentences } from '../model/sandboxWords.ts'
import type { Command } from './command.ts'

/** Has the gateway look again for the sandbox of this machine, and says what it found. */
export const checkSandbox: Command = {
  name: 'checkSandbox',
  run: async ({ session }) => {
    const client = await session.ready()
    const { sandbox } = await client.call('checkGateway')
    const mend = l10n.t('Mend Sandbox…')
    const actions = mendableProblems(sandbox).length === 0 ? [] : [mend]
    // Not awaited: the check has ended when its result is shown.
    void window.showInformationMessage(sandboxSentences(sandbox, l10n.t), ...actions).then(async choice => {
      if (choice === mend) await vscodeCommands.executeCommand(commands.mendSandbox)
    })
  },
}
