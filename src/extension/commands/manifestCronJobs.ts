import { basename } from 'node:path'
import { l10n, type Uri, window, workspace } from 'vscode'
import type { CronJob } from '../../contract/cronJobs.ts'
import { HksError } from '../../contract/errors.ts'
import { localConnection } from '../../contract/localConnection.ts'
import type { Project } from '../../contract/projects.ts'
import { type ManifestCronJob, parseManifest } from '../../scaffold/cronJobManifest.ts'
import { manifestUpdate } from '../../scaffold/manifestUpdate.ts'
import { readYaml } from '../../scaffold/readYaml.ts'
import type { Services } from './command.ts'
import { type ManifestTarget, manifestOf } from './target.ts'

/** The CronJobs of a manifest file that a command means, at least one. */
export interface ManifestCronJobs {
  readonly file: string
  readonly cronJobs: readonly ManifestCronJob[]
}

/** The manifest that a command means: its argument's, that of the editor in front, or the user's choice. */
export async function pickManifest(argument: unknown): Promise<ManifestTarget | undefined> {
  const meant = manifestOf(argument)
  if (meant !== undefined) return meant
  const open = window.activeTextEditor?.document.uri
  if (open?.scheme === 'file' && /\.ya?ml$/.test(open.fsPath)) return { uri: open }
  const files = await workspace.findFiles('**/*.{yaml,yml}', '**/{node_modules,.git}/**', 500)
  if (files.length === 0)
    throw new HksError('NOT_FOUND', l10n.t('There is no YAML file in the open folders.'), {
      hint: l10n.t('Put a batch/v1 CronJob into cronjobs/NAME.yaml.'),
    })
  const items = files
    .map(uri => ({ label: workspace.asRelativePath(uri), uri }))
    .sort((a, b) => rank(a.label) - rank(b.label) || a.label.localeCompare(b.label))
  const choice = await window.showQuickPick(items, { placeHolder: l10n.t('CronJob manifest') })
  return choice && { uri: choice.uri }
}

/** Files in a folder `cronjobs` come first. */
const rank = (path: string): number => (/(^|\/)cronjobs\//.test(path) ? 0 : 1)

/** Saves a manifest file and reads it: what is done is what the user sees. @throws HksError INVALID_REQUEST */
export async function readManifestCronJobs({ uri, name }: ManifestTarget): Promise<ManifestCronJobs> {
  await saveOpen(uri)
  const { cronJobs } = parseManifest(await readYaml(uri.fsPath), uri.fsPath)
  const meant = name === undefined ? cronJobs : cronJobs.filter(job => job.create.name === name)
  if (meant.length > 0) return { file: uri.fsPath, cronJobs: meant }
  throw noCronJob(uri, name)
}

/** The failure of a file that holds no CronJob, or none of a name. */
export function noCronJob(uri: Uri, name?: string): HksError {
  const file = basename(uri.fsPath)
  const message =
    name === undefined ? l10n.t('{0} holds no CronJob.', file) : l10n.t('{0} holds no CronJob {1}.', file, name)
  return new HksError('INVALID_REQUEST', message, { hint: l10n.t('A manifest says "kind: CronJob".') })
}

/** Saves a file that is open and changed. */
export async function saveOpen(uri: Uri): Promise<void> {
  await workspace.textDocuments.find(d => d.uri.fsPath === uri.fsPath)?.save()
}

/** One of the CronJobs: the only one, or the user's choice. */
export async function chooseCronJob(
  cronJobs: readonly ManifestCronJob[],
  placeHolder: string,
): Promise<ManifestCronJob | undefined> {
  if (cronJobs.length === 1) return cronJobs[0]
  const items = cronJobs.map(job => ({ label: job.create.name, description: job.create.schedule, job }))
  return (await window.showQuickPick(items, { placeHolder }))?.job
}

/** The project that was chosen for the window, else that of the open folder; nothing before a gateway was asked. */
export const meantProject = (
  { chosenProject, openProjects }: Pick<Services, 'chosenProject' | 'openProjects'>,
  file: string,
): string | undefined => chosenProject.project?.id ?? openProjects.projectOf(file)

/** The project, where it is a namespace of a cluster. */
export function clusterProject({ session }: Pick<Services, 'session'>, projectId: string): Project | undefined {
  const project = session.resources.projects.get(projectId)
  return project === undefined || project.connection === localConnection ? undefined : project
}

/** The name of that project where it is not the folder's own, so that a button can say where something goes. */
export function projectElsewhere(
  { chosenProject, openProjects }: Pick<Services, 'chosenProject' | 'openProjects'>,
  file: string,
): string | undefined {
  const { project } = chosenProject
  return project === undefined || project.id === openProjects.projectOf(file) ? undefined : project.name
}

/** As {@link meantProject}, once a gateway is there. @throws HksError PROJECT_MISSING; why there is no gateway */
export async function projectOfFile(services: Services, file: string): Promise<string> {
  await services.session.ready()
  return meantProject(services, file) ?? missingProject(file)
}

/** The project on this machine, whatever was chosen. @throws as {@link projectOfFile} */
export async function localProjectOfFile({ session, openProjects }: Services, file: string): Promise<string> {
  await session.ready()
  return openProjects.projectOf(file) ?? missingProject(file)
}

function missingProject(file: string): never {
  throw new HksError('PROJECT_MISSING', l10n.t('{0} is in no open folder.', basename(file)), {
    hint: l10n.t('Open its folder; it becomes a project.'),
  })
}

/** The CronJob of a project by its name, as the gateway last told it. */
export const cronJobNamed = ({ session }: Pick<Services, 'session'>, projectId: string, name: string) =>
  [...session.resources.cronJobs.values()].find(job => job.projectId === projectId && job.name === name)

/** Makes a CronJob of a project as its manifest says. @throws HksError with the line of its document */
export async function putCronJob(
  services: Services,
  projectId: string,
  { create, line }: ManifestCronJob,
  file: string,
): Promise<CronJob> {
  const client = await services.session.ready()
  const existing = cronJobNamed(services, projectId, create.name)
  const update = existing && manifestUpdate(create, existing)
  try {
    if (existing === undefined) return await client.call('createCronJob', { body: { projectId, ...create } })
    return update ? await client.call('updateCronJob', { params: { id: existing.id }, body: update }) : existing
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

/** Marks the place in the file that a failure names. */
export async function marking<T>({ faults }: Services, uri: Uri, work: () => Promise<T>): Promise<T> {
  faults.clear(uri.fsPath)
  try {
    return await work()
  } catch (error) {
    faults.mark(error)
    throw error
  }
}
