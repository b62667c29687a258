import { l10n, ProgressLocation, window } from 'vscode'
import type { CronJob } from '../../contract/cronJobs.ts'
import type { Services } from './command.ts'
import { explainFailure } from '../model/failure.ts'

/** What is asked before, and said after, something is done to several CronJobs. */
export interface ManyWords {
  /** "Suspend 3 CronJobs?" */
  readonly question: string
  /** What the names do not say; below them. */
  readonly detail?: string
  /** Buttons of the question; the one that was pressed is handed on. */
  readonly buttons: readonly string[]
  /** "Suspended 2 of 3 CronJobs." */
  readonly done: (succeeded: number, all: number) => string
}

/**
 * Asks once, naming all, then does it to one CronJob after the other; one that fails keeps no other from it, and is named with
 * its reason afterwards.
 */
export async function actOnAll(
  { log }: Pick<Services, 'log'>,
  jobs: readonly CronJob[],
  words: ManyWords,
  act: (job: CronJob, button: string) => Promise<unknown>,
): Promise<void> {
  const names = jobs.map(({ name }) => name).join(', ')
  const detail = words.detail === undefined ? names : `${names}\n\n${words.detail}`
  const button = await window.showWarningMessage(words.question, { modal: true, detail }, ...words.buttons)
  if (button === undefined) return
  const failures: string[] = []
  const shown = { location: ProgressLocation.Notification, title: button }
  await window.withProgress(shown, async progress => {
    for (const job of jobs) {
      progress.report({ message: job.name, increment: 100 / jobs.length })
      try {
        await act(job, button)
      } catch (error) {
        log.error(error instanceof Error ? error : String(error))
        failures.push(`${job.name}: ${explainFailure(error, l10n.t)?.message ?? l10n.t('Cancelled.')}`)
      }
    }
  })
  const done = words.done(jobs.length - failures.length, jobs.length)
  if (failures.length === 0) void window.showInformationMessage(done)
  else void window.showErrorMessage([done, ...failures].join(' '))
}
