import { env, l10n, window } from 'vscode'
import type { GatewayClient } from '../../client/gatewayClient.ts'
import type { CronJob, ResumePreview } from '../../contract/cronJobs.ts'
import { absoluteTime, relativeTime } from '../model/time.ts'

/** Resumes after asking about a missed run, if there is one. Nothing when the user thought better. */
export async function askAndResume(client: GatewayClient, job: CronJob): Promise<CronJob | undefined> {
  const preview = await client.call('previewResume', { params: { id: job.id } })
  const missed = preview.startsAtOnce ?? preview.startsAfterRun
  const skipMissed = missed === undefined ? false : await askToSkip(job, preview, missed)
  if (skipMissed === undefined) return undefined
  return client.call('resumeCronJob', { params: { id: job.id }, body: { skipMissed } })
}

async function askToSkip(job: CronJob, preview: ResumePreview, missed: string): Promise<boolean | undefined> {
  const { nextExecutionAt, missedWhileSuspended } = preview
  const time = (instant: string): string => absoluteTime(Date.parse(instant), env.language)
  const next =
    nextExecutionAt === undefined
      ? l10n.t('It will not run again by itself.')
      : l10n.t('Next run {0}.', relativeTime(Date.parse(nextExecutionAt), Date.now(), l10n.t))
  const choice = await window.showQuickPick(
    [
      { label: l10n.t('Resume without the missed run'), detail: next, skipMissed: true },
      {
        label:
          preview.startsAtOnce === undefined
            ? l10n.t('Resume and start the missed run after the one in progress')
            : l10n.t('Resume and start the missed run now'),
        detail: l10n.t('It was due {0}.', time(missed)),
        skipMissed: false,
      },
    ],
    {
      title: l10n.t('Resume {0}', job.name),
      placeHolder:
        missedWhileSuspended === 1
          ? l10n.t('1 run was missed while it was suspended; resuming starts it.')
          : l10n.t('{0} runs were missed while it was suspended; resuming starts the latest.', missedWhileSuspended),
    },
  )
  return choice?.skipMissed
}
