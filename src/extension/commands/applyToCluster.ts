import { l10n, window } from 'vscode'
import { HksError } from '../../contract/errors.ts'
import type { ApplyAction, ManifestApplied } from '../../contract/manifests.ts'
import type { Project } from '../../contract/projects.ts'
import { type ManifestCronJobObject, parseManifestObjects, placeOf } from '../../scaffold/manifestObjects.ts'
import { readYaml } from '../../scaffold/readYaml.ts'
import type { Services } from './command.ts'
import { noCronJob, saveOpen } from './manifestCronJobs.ts'
import { refuseDenied } from './refuseDenied.ts'
import type { ManifestTarget } from './target.ts'

/** Applies the CronJobs of a manifest file to a namespace whole, with all their fields; nothing is taken over unasked. */
export async function applyToCluster(
  services: Services,
  { uri, name }: ManifestTarget,
  project: Project,
): Promise<void> {
  refuseDenied(services, project.id, 'changeCronJob')
  await saveOpen(uri)
  const objects = parseManifestObjects(await readYaml(uri.fsPath), uri.fsPath, name)
  if (objects.length === 0) throw noCronJob(uri, name)
  for (const object of objects) refuseDenied(services, project.id, 'changeCronJob', object.name)
  const done: string[] = []
  for (const object of objects) {
    const applied = await applyOne(services, project.id, object, uri.fsPath)
    if (applied === undefined) break
    done.push(`${object.name} ${actionWords(applied.action)}`)
  }
  if (done.length === 0) return
  void window.showInformationMessage(l10n.t('Applied to {0}: {1}.', project.name, done.join(', ')))
}

function actionWords(action: ApplyAction): string {
  switch (action) {
    case 'created':
      return l10n.t('created')
    case 'changed':
      return l10n.t('changed')
    case 'unchanged':
      return l10n.t('unchanged')
  }
}

/** Nothing where the user leaves to others what they have set. */
async function applyOne(
  services: Services,
  id: string,
  object: ManifestCronJobObject,
  file: string,
): Promise<ManifestApplied | undefined> {
  const client = await services.session.ready()
  const send = async (forceConflicts: boolean): Promise<ManifestApplied> => {
    try {
      return await client.call('applyManifest', { params: { id }, body: { manifest: object.object, forceConflicts } })
    } catch (error) {
      throw error instanceof HksError ? placed(error, object, file) : error
    }
  }
  try {
    return await send(false)
  } catch (error) {
    if (!(error instanceof HksError) || error.details?.['conflicts'] === undefined) throw error
    const button = l10n.t('Take Over')
    const detail = l10n.t('Taking over sets them as the file says; whoever has set them may set them again.')
    const choice = await window.showWarningMessage(error.message, { modal: true, detail }, button)
    return choice === button ? send(true) : undefined
  }
}

const placed = (error: HksError, object: ManifestCronJobObject, file: string): HksError =>
  new HksError(error.code, error.message, {
    details: { ...error.details, file, line: placeOf(object, error) },
    cause: error,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  })
