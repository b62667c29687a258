import { l10n, window } from 'vscode'
import type { CronJob } from '../../contract/cronJobs.ts'
import { HksError } from '../../contract/errors.ts'
import { localConnection } from '../../contract/localConnection.ts'
import { memory } from '../contributions.ts'
import { logResource } from '../logs/logResource.ts'
import { triggerBody, type TypedRun, variablesProblem, wordsProblem } from '../model/runChanges.ts'
import { writeWords } from '../../base/shellWords.ts'
import type { Command, Services } from './command.ts'
import { pickCronJob } from './pick.ts'
import { refuseDenied } from './refuseDenied.ts'

/** Starts a run with other arguments, variables or another image, and follows its log. What was typed is offered next time. */
export const runWith: Command = {
  name: 'runWith',
  needsTrust: true,
  run: async (services, argument) => {
    const calls = (job: CronJob): boolean => job.functionId !== undefined
    const job = await pickCronJob(services, argument, l10n.t('CronJob to run with changes'), j => !calls(j))
    if (job === undefined) return
    if (calls(job)) {
      throw new HksError(
        'INVALID_REQUEST',
        l10n.t('{0} calls a function; a call has no arguments of its own.', job.name),
        {
          hint: l10n.t('Invoke the function itself to send it something else.'),
        },
      )
    }
    refuseDenied(services, job.projectId, 'triggerCronJob')
    const state = services.context.workspaceState
    const key = memory.runWith + job.id
    const typed = await askRun(services, job, state.get<TypedRun>(key))
    if (typed === undefined) return
    const client = await services.session.ready()
    const { startedAt } = await client.call('triggerCronJob', { params: { id: job.id }, body: triggerBody(job, typed) })
    await state.update(key, typed)
    services.logs.follow(logResource(services.session.resources, job), { since: startedAt })
  },
}

async function askRun(
  { session }: Services,
  job: CronJob,
  before: TypedRun | undefined,
): Promise<TypedRun | undefined> {
  const inCluster = session.resources.projects.get(job.projectId)?.connection !== localConnection
  const title = (step: number): string => l10n.t('Run {0} With… ({1}/{2})', job.name, step, inCluster ? 3 : 2)
  const args = await window.showInputBox({
    title: title(1),
    prompt: l10n.t('Arguments after the command {0}, quoted as in a shell', writeWords(job.command ?? [])),
    value: before?.args ?? writeWords(job.args ?? []),
    validateInput: text => wordsProblem(text, l10n.t),
    ignoreFocusOut: true,
  })
  if (args === undefined) return undefined
  const environment = await window.showInputBox({
    title: title(2),
    prompt: l10n.t('Variables to add or replace, quoted as in a shell; empty: none'),
    placeHolder: "LEVEL=debug GREETING='hello world'",
    value: before?.environment ?? '',
    validateInput: text => variablesProblem(text, l10n.t),
    ignoreFocusOut: true,
  })
  if (environment === undefined || !inCluster)
    return environment === undefined ? undefined : { args, environment, image: '' }
  const image = await window.showInputBox({
    title: title(3),
    prompt: l10n.t('Image of this run; empty: {0}', job.image ?? ''),
    placeHolder: job.image ?? '',
    value: before?.image ?? '',
    ignoreFocusOut: true,
  })
  return image === undefined ? undefined : { args, environment, image }
}
