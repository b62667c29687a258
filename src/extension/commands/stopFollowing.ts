import { l10n, window } from 'vscode'
import type { Command } from './command.ts'
import { targetOf } from './target.ts'

/** Ends the following of a log; its output channel stays. */
export const stopFollowing: Command = {
  name: 'stopFollowing',
  run: async ({ logs }, argument) => {
    const { cronJobId, functionId } = targetOf(argument)
    const id = cronJobId ?? functionId
    if (id !== undefined) return logs.stop(id)
    const items = logs.following.map(r => ({ label: r.name, description: r.projectName, id: r.id }))
    if (items.length === 0) {
      void window.showInformationMessage(l10n.t('No log is being followed.'))
      return
    }
    const choice =
      items.length === 1
        ? items[0]
        : await window.showQuickPick(items, { placeHolder: l10n.t('Log to stop following') })
    if (choice !== undefined) logs.stop(choice.id)
  },
}
