import { HksError } from '../../../contract/errors.ts'
import type { ApplyAction, ManifestApplied } from '../../../contract/manifests.ts'
import type { Project } from '../../../contract/projects.ts'
import { manifestDifferences } from '../../../scaffold/manifestDifferences.ts'
import { placeOf, parseManifestObjects } from '../../../scaffold/manifestObjects.ts'
import type { Context } from '../../context.ts'
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
    items.flatMap(item => linesOf(item, dryRun)).join('\n'),
  )
}

/** What was done, or would be. */
export function actionWords(action: ApplyAction, dryRun = false): string {
  if (action === 'unchanged') return 'unchanged'
  return dryRun ? `would be ${action}` : action
}

const linesOf = ({ name, action, present, manifest }: Item, dryRun: boolean): readonly string[] => [
  `${name} ${actionWords(action, dryRun)}`,
  ...(present ? manifestDifferences(present, manifest) : []).map(
    ({ field, before, after }) => `  ${field}: ${written(before)} → ${written(after)}`,
  ),
]

const written = (value: unknown): string => (value === undefined ? 'none' : JSON.stringify(value))
