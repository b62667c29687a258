import { commands as vscodeCommands, type Disposable, l10n, window, workspace } from 'vscode'
import { type CommandName, commands } from '../contributions.ts'
import type { Command, Services } from './command.ts'
import { reportFailure } from './reportFailure.ts'

/** Registers commands. A failure is shown with its next steps, among them the same command once more. */
export function registerCommands(
  services: Services,
  all: Readonly<Record<CommandName, () => Promise<Command>>>,
): Disposable[] {
  return (Object.keys(all) as CommandName[]).map(name => {
    const run = async (argument: unknown, selected?: unknown): Promise<void> => {
      const selection: readonly unknown[] = Array.isArray(selected) ? selected : []
      try {
        const command = await all[name]()
        if (command.needsTrust && !workspace.isTrusted) await explainTrust()
        else await command.run(services, argument, selection)
      } catch (error) {
        // Not awaited: a command has ended when its failure is shown, not when somebody closed the message.
        void reportFailure(error, services.log, () => run(argument, selected))
      }
    }
    return vscodeCommands.registerCommand(commands[name], run)
  })
}

async function explainTrust(): Promise<void> {
  const manage = l10n.t('Manage Workspace Trust')
  const choice = await window.showWarningMessage(
    l10n.t('This runs or reads code of the folder, and the folder is not trusted. Nothing was done.'),
    manage,
  )
  if (choice === manage) await vscodeCommands.executeCommand('workbench.trust.manage')
}
