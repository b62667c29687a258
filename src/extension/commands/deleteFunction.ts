import { l10n, window } from 'vscode'
import type { Command } from './command.ts'
import { pickFunction } from './pick.ts'

/** Deletes a function with its revisions and logs, after asking once. */
export const deleteFunction: Command = {
  name: 'deleteFunction',
  run: async (services, argument) => {
    const fn = await pickFunction(services, argument, l10n.t('Function to delete'))
    if (fn === undefined) return
    const callers = [...services.session.resources.cronJobs.values()].filter(job => job.functionId === fn.id)
    const detail = [
      l10n.t('Its address stops answering; its revisions and logs are deleted. This cannot be undone.'),
      ...(callers.length === 0
        ? []
        : [l10n.t('CronJobs that call it will fail: {0}.', callers.map(j => j.name).join(', '))]),
    ].join(' ')
    const button = l10n.t('Delete Function and Its Revisions')
    const choice = await window.showWarningMessage(l10n.t('Delete {0}?', fn.name), { modal: true, detail }, button)
    if (choice !== button) return
    const client = await services.session.ready()
    await client.call('deleteFunction', { params: { id: fn.id } })
    services.logs.stop(fn.id)
  },
}
