import { commands as vscodeCommands, env, l10n } from 'vscode'
import type { CronJob } from '../../contract/cronJobs.ts'
import { notFound } from '../../contract/errors.ts'
import { commands } from '../contributions.ts'
import { confirmAndStopRun } from '../dialogs/confirmAndStopRun.ts'
import { logResource } from '../logs/logResource.ts'
import { showExecutionLog } from '../logs/showExecutionLog.ts'
import { createLogRelay } from './logRelay.ts'
import type { FillPanel } from './panelServices.ts'
import { manageTrust, requireTrust } from './requireTrust.ts'
import { viewer } from './viewer.ts'
import { hostWebview } from './webviewHost.ts'

/** Title of the panel. */
export const executionHistoryTitle = (job: string): string => l10n.t('History of {0}', job)

/** Lines of a log that are read at once. */
const pageOfLines = 5000

/** Fills a panel with the execution history of a CronJob. */
export const fillExecutionHistory: FillPanel = (panel, subject, services) => {
  const { session, logs } = services
  const id = subject.cronJobId ?? ''
  /** The run to show, given once: afterwards the page knows what the user has selected. */
  let wanted = subject.executionId
  const job = (): CronJob => {
    const known = session.resources.cronJobs.get(id)
    if (known === undefined) throw notFound('CronJob', id)
    return known
  }

  const host = hostWebview(panel, {
    name: 'executionHistory',
    extensionUri: services.context.extensionUri,
    title: panel.title,
    handlers: {
      init: async () => {
        const client = await session.ready()
        const cronJob = await client.call('getCronJob', { params: { id } })
        const executionId = wanted
        wanted = undefined
        return { cronJob, ...(executionId === undefined ? {} : { executionId }), ...viewer() }
      },
      ledger: async (query, signal) => (await session.ready()).call('getLedger', { params: { id }, query, signal }),
      log: async ({ executionId, ...query }, signal) => {
        const params = { id, execId: executionId }
        return (await session.ready()).call('getExecutionLogs', {
          params,
          query: { limit: pageOfLines, ...query },
          signal,
        })
      },
      followLog: ({ followId, executionId, after }) => {
        relay.follow({ kind: 'execution', id, execId: executionId }, after === undefined ? {} : { after }, followId)
        return null
      },
      unfollowLog: () => {
        relay.stop()
        return null
      },
      trigger: async body => {
        requireTrust()
        const { logs: _, ...execution } = await (await session.ready()).call('triggerCronJob', { params: { id }, body })
        return execution
      },
      stopRun: async ({ executionId }) => (await confirmAndStopRun(await session.ready(), job(), executionId)) ?? null,
      openInOutput: async ({ executionId }) => {
        if (executionId === undefined) {
          logs.follow(logResource(session.resources, job()), { tail: 500 })
          return null
        }
        const params = { id, execId: executionId }
        const execution = await (await session.ready()).call('getExecution', { params })
        showExecutionLog(logs, session.resources, job(), execution)
        return null
      },
      copy: async ({ text }) => {
        await env.clipboard.writeText(text)
        return null
      },
      editSchedule: async () => {
        await vscodeCommands.executeCommand(commands.editSchedule, { cronJobId: id })
        return null
      },
      manageTrust,
    },
    listeners: {},
  })
  const relay = createLogRelay(session.ready, lines => host.emit('logLines', lines))

  const watching = session.onDidReceive(change => {
    if (change.type === 'delete') {
      if (change.kind === 'cronJob' && change.id === id) host.emit('deleted', { id })
    } else if (change.kind === 'cronJob' && change.object.id === id) host.emit('cronJob', { cronJob: change.object })
    else if (change.kind === 'execution' && change.object.applicationId === id)
      host.emit('execution', { execution: change.object })
  })
  return {
    subject,
    tell: (name, data) => host.emit(name, data as never),
    show: ({ executionId }) => {
      if (executionId === undefined) return
      // A page that is hidden hears nothing: it asks when it is shown again.
      if (panel.visible) host.emit('select', { executionId })
      else wanted = executionId
    },
    dispose: () => {
      relay.dispose()
      watching.dispose()
      host.dispose()
    },
  }
}
