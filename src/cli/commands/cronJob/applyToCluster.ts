import { HksError } from '../../../contract/errors.ts'
import type { ApplyAction, ManifestApplied } from '../../../contract/manifests.ts'
import type { Project } from '../../../contract/projects.ts'
import { manifestDifferences } from '../../../scaffold/manifestDifferences.ts'
import { type ManifestCronJobObject, placeOf, parseManifestObjects } from '../../../scaffold/manifestObjects.ts'
import type { Context } from '../../context.ts'
import { inManifest, readManifestText } from './manifestText.ts'

interface Item extends ManifestApplied {
  readonly name: string
}

/** Applies manifests whole, with all their fields; the cluster judges them. */
export async function applyToCluster(
  context: Context,
  project: Project,
  options: { readonly file: readonly string[]; readonly dryRun?: boolean; readonly forceConflicts?: boolean },
): Promise<void> {
  const { dryRun = false, forceConflicts = false } = options
  // All files are read before the first change: a fault in one leaves everything as it is.
  const manifests: { readonly file: string; readonly job: ManifestCronJobObject }[] = []
  for (const file of options.file) {
    for (const job of parseManifestObjects(await readManifestText(context, file), file)) manifests.push({ file, job })
  }
  if (manifests.length === 0) {
    throw new HksError('INVALID_REQUEST', `--file: no CronJob is in ${options.file.join(', ')}.`)
  }
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
