import { l10n, window } from 'vscode'
import { callersOf, deletionQuestion } from '../model/functionCallers.ts'
import type { Command } from './command.ts'
import { pickFunction } from './pick.ts'
import { refuseDenied } from './refuseDenied.ts'

/** Deletes a function with its revisions and logs, after asking once. */
export const deleteFunction: Command = {
  name: 'deleteFunction',
  run: async (services, argument) => {
    const fn = await pickFunction(services, argument, l10n.t('Function to delete'))
    if (fn === undefined) return
    refuseDenied(services, fn.projectId, 'deleteFunction', fn.name)
    const callers = callersOf(fn, services.session.resources.cronJobs.values())
    const detail = l10n.t('Its address stops answering; its revisions and logs are deleted. This cannot be undone.')
    const button = l10n.t('Delete Function and Its Revisions')
    const choice = await window.showWarningMessage(
      deletionQuestion(fn, callers, l10n.t),
      { modal: true, detail },
      button,
    )
    if (choice !== button) return
    const client = await services.session.ready()
    await client.call('deleteFunction', { params: { id: fn.id }, query: { force: callers.length > 0 } })
    services.logs.stop(fn.id)
  },
}
