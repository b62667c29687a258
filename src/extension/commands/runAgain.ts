import { l10n } from 'vscode'
import type { Command } from './command.ts'
import { logResource } from '../logs/logResource.ts'
import { pickExecution } from './pick.ts'

/** Starts a run that ended once more, as a retry of it. */
export const runAgain: Command = {
  name: 'runAgain',
  needsTrust: true,
  run: async (services, argument) => {
    const picked = await pickExecution(services, argument, l10n.t('Run to start again'), e => e.status !== 'running')
    if (picked === undefined) return
    const { job, execution } = picked
    const client = await services.session.ready()
    const body = { retryOf: execution.id }
    const { startedAt } = await client.call('triggerCronJob', { params: { id: job.id }, body })
    services.logs.follow(logResource(services.session.resources, job), { since: startedAt })
  },
}
