import { l10n, ProgressLocation, window } from 'vscode'
import type { CronJob } from '../../contract/cronJobs.ts'
import { HksError } from '../../contract/errors.ts'
import type { Services } from './command.ts'
import type { ProjectAction } from '../../contract/projects.ts'
import { explainFailure } from '../model/failure.ts'
import { denialOf } from './refuseDenied.ts'

/** What is asked before, and said after, something is done to several CronJobs. */
export interface ManyWords {
  /** What it is, for those with whom it is known to be denied. */
  readonly action: ProjectAction
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
 * Refuses where it is denied for one of them, before anything is asked. Else asks once, naming all, then does it to one CronJob after the other; one that fails keeps no other from it, and is named with
 * its reason afterwards. @throws HksError FORBIDDEN naming those with whom it may not be done
 */
export async function actOnAll(
  services: Pick<Services, 'log' | 'session'>,
  jobs: readonly CronJob[],
  words: ManyWords,
  act: (job: CronJob, button: string) => Promise<unknown>,
): Promise<void> {
  refuseSome(services, jobs, words.action)
  const { log } = services
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

/** The error of the first, with the names of all: whoever chose them decides what to leave out. */
function refuseSome(services: Pick<Services, 'session'>, jobs: readonly CronJob[], action: ProjectAction): void {
  const denials = jobs.flatMap(job => {
    const denial = denialOf(services, job.projectId, action, job.name)
    return denial === undefined ? [] : [{ name: job.name, denial }]
  })
  const [first] = denials
  if (first === undefined) return
  const { code, message, hint } = first.denial
  const names = denials.map(({ name }) => name).join(', ')
  throw new HksError(code, `${names}: ${message}`, hint === undefined ? {} : { hint })
}
