import { l10n } from 'vscode'
import type { GatewayClient } from '../../client/gatewayClient.ts'
import type { CronJob } from '../../contract/cronJobs.ts'
import { askAndResume } from '../dialogs/askAndResume.ts'
import { actOnAll } from './actOnAll.ts'
import type { Command, Services } from './command.ts'
import { pickCronJobs } from './pickCronJobs.ts'
import { refuseDenied } from './refuseDenied.ts'

/** Resumes CronJobs. When that would start missed runs, the user decides whether it does. */
export const resume: Command = {
  name: 'resume',
  needsTrust: true,
  run: async (services, argument, selection) => {
    const jobs = await pickCronJobs(services, argument, selection, l10n.t('CronJob to resume'), j => j.suspend)
    const [job] = jobs
    if (job === undefined) return
    const client = await services.session.ready()
    if (jobs.length === 1) {
      refuseDenied(services, job.projectId, 'changeCronJob', job.name)
      await askAndResume(client, job)
    } else await resumeAll(services, client, jobs)
  },
}

async function resumeAll(services: Services, client: GatewayClient, jobs: readonly CronJob[]): Promise<void> {
  const missed: string[] = []
  for (const { id, name } of jobs) {
    const { startsAtOnce, startsAfterRun } = await client.call('previewResume', { params: { id } })
    if ((startsAtOnce ?? startsAfterRun) !== undefined) missed.push(name)
  }
  const without = l10n.t('Resume without the missed runs')
  const words = {
    action: 'changeCronJob' as const,
    question: l10n.t('Resume {0} CronJobs?', jobs.length),
    ...(missed.length === 0 ? {} : { detail: l10n.t('Resuming starts a missed run of: {0}.', missed.join(', ')) }),
    buttons: missed.length === 0 ? [l10n.t('Resume')] : [without, l10n.t('Resume and start the missed runs')],
    done: (some: number, all: number) => l10n.t('Resumed {0} of {1} CronJobs.', some, all),
  }
  await actOnAll(services, jobs, words, ({ id }, button) =>
    client.call('resumeCronJob', { params: { id }, body: { skipMissed: button === without } }),
  )
}
