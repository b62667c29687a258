import { HksError } from '../../../contract/errors.ts'
import type { ManifestApplied } from '../../../contract/manifests.ts'
import type { Project } from '../../../contract/projects.ts'
import { placeOf, parseManifestObjects } from '../../../scaffold/manifestObjects.ts'
import type { Context } from '../../context.ts'
import { changeText } from '../../manifestChange.ts'
import { inManifest, noCronJob, type ManifestText } from './manifestText.ts'

interface Item extends ManifestApplied {
  readonly name: string
}

/** Applies manifests whole, with all their fields; the cluster judges them. */
export async function applyToCluster(
  context: Context,
  project: Project,
  texts: readonly ManifestText[],
  { dryRun = false, forceConflicts = false }: { readonly dryRun?: boolean; readonly forceConflicts?: boolean },
): Promise<void> {
  // All are parsed before the first change: a fault in one leaves everything as it is.
  const manifests = texts.flatMap(({ file, text }) => parseManifestObjects(text, file).map(job => ({ file, job })))
  if (manifests.length === 0) throw noCronJob(texts)
  const client = await context.client()
  const items: Item[] = []
  for (const { file, job } of manifests) {
    const body = { manifest: job.object, dryRun, forceConflicts }
    try {
      const params = { id: project.id }
      items.push({ name: job.name, ...(await client.call('applyManifest', { params, body, signal: context.signal })) })
    } catch (error) {
      throw error instanceof HksError ? inManifest(error, file, placeOf(job, error)) : error
    }
  }
  context.out.result({ items, ...(dryRun ? { dryRun } : {}) }, () =>
    items.map(item => changeText(item.name, item, dryRun)).join('\n'),
  )
}
