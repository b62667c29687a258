import { env, l10n } from 'vscode'
import type { CronJob } from '../../contract/cronJobs.ts'
import type { ExecutionSummary } from '../../contract/executions.ts'
import type { Resources } from '../model/resources.ts'
import { absoluteTime } from '../model/time.ts'
import type { LogChannels } from './logChannels.ts'
import { logResource } from './logResource.ts'

/** Shows a run's log: one in progress is followed with its CronJob, of one that ended the whole log is written. */
export function showExecutionLog(
  logs: LogChannels,
  resources: Resources,
  job: CronJob,
  execution: ExecutionSummary,
): void {
  const resource = logResource(resources, job)
  if (execution.status === 'running') {
    logs.follow(resource, { since: execution.startedAt })
    return
  }
  const started = absoluteTime(Date.parse(execution.startedAt), env.language)
  logs.showPart(resource, { executionId: execution.id }, l10n.t('Log of the run of {0}', started))
}
