import { basename } from 'node:path'
import { l10n, type Uri, window, workspace } from 'vscode'
import type { GatewayClient } from '../../client/gatewayClient.ts'
import { HksError } from '../../contract/errors.ts'
import { readYaml } from '../../scaffold/readYaml.ts'
import { type ManifestCronJob, parseManifest } from '../../scaffold/cronJobManifest.ts'
import { manifestUpdate } from '../../scaffold/manifestUpdate.ts'
import type { Command, Services } from './command.ts'
import { uriOf } from './target.ts'

/** Brings the CronJobs of a manifest file into the project of its folder: new ones are created, known ones changed. */
export const addManifest: Command = {
  name: 'addManifest',
  needsTrust: true,
  run: async (services, argument) => {
    const file = uriOf(argument) ?? (await pickManifest())
    if (file === undefined) return
    services.faults.clear(file.fsPath)
    try {
      await apply(services, file)
    } catch (error) {
      services.faults.mark(error)
      throw error
    }
  },
}

async function apply(services: Services, file: Uri): Promise<void> {
  await workspace.textDocuments.find(d => d.uri.fsPath === file.fsPath)?.save()
  const { cronJobs } = parseManifest(await readYaml(file.fsPath), file.fsPath)
  if (cronJobs.length === 0)
    throw new HksError('INVALID_REQUEST', l10n.t('{0} holds no CronJob.', basename(file.fsPath)), {
      hint: l10n.t('A manifest says "kind: CronJob".'),
    })
  const client = await services.session.ready()
  const projectId = services.chosenProject.project?.id ?? services.openProjects.projectOf(file.fsPath)
  if (projectId === undefined)
    throw new HksError('PROJECT_MISSING', l10n.t('{0} is in no open folder.', basename(file.fsPath)), {
      hint: l10n.t('Open its folder; it becomes a project.'),
    })
  for (const job of cronJobs) await put(services, client, projectId, job, file.fsPath)
  const names = cronJobs.map(job => job.create.name).join(', ')
  const warnings = cronJobs.flatMap(job => job.warnings)
  const message = [l10n.t('Added to the project: {0}.', names), ...warnings].join(' ')
  void window.showInformationMessage(message)
}

async function put(
  { session }: Services,
  client: GatewayClient,
  projectId: string,
  { create, line }: ManifestCronJob,
  file: string,
): Promise<void> {
  const same = (job: { readonly projectId: string; readonly name: string }): boolean =>
    job.projectId === projectId && job.name === create.name
  const existing = [...session.resources.cronJobs.values()].find(same)
  const update = existing && manifestUpdate(create, existing)
  try {
    if (existing === undefined) await client.call('createCronJob', { body: { projectId, ...create } })
    else if (update) await client.call('updateCronJob', { params: { id: existing.id }, body: update })
  } catch (error) {
    if (!(error instanceof HksError)) throw error
    const details = { ...error.details, file, line }
    throw new HksError(error.code, error.message, {
      details,
      cause: error,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    })
  }
}

async function pickManifest(): Promise<Uri | undefined> {
  const open = window.activeTextEditor?.document.uri
  if (open?.scheme === 'file' && /\.ya?ml$/.test(open.fsPath)) return open
  const files = await workspace.findFiles('**/*.{yaml,yml}', '**/{node_modules,.git}/**', 500)
  if (files.length === 0)
    throw new HksError('NOT_FOUND', l10n.t('There is no YAML file in the open folders.'), {
      hint: l10n.t('Put a batch/v1 CronJob into cronjobs/NAME.yaml.'),
    })
  const items = files
    .map(uri => ({ label: workspace.asRelativePath(uri), uri }))
    .sort((a, b) => rank(a.label) - rank(b.label) || a.label.localeCompare(b.label))
  const choice = await window.showQuickPick(items, { placeHolder: l10n.t('CronJob manifest') })
  return choice?.uri
}

/** Files in a folder `cronjobs` come first. */
const rank = (path: string): number => (/(^|\/)cronjobs\//.test(path) ? 0 : 1)
