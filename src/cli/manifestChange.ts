import { isDeepStrictEqual } from 'node:util'
import type { CronJobPreview } from '../contract/cronJobs.ts'
import type { ApplyAction } from '../contract/manifests.ts'
import { manifestDifferences } from '../scaffold/manifestDifferences.ts'

/** What was done to a CronJob, or would be; how it was and is, or would be, as far as that is known. */
export interface ManifestChange extends Partial<CronJobPreview> {
  readonly action: ApplyAction
}

/** What a preview leads to. */
export const changeOf = (preview: CronJobPreview): ManifestChange => {
  const { manifest, present } = preview
  if (present === undefined) return { action: 'created', ...preview }
  return { action: isDeepStrictEqual(present, manifest) ? 'unchanged' : 'changed', ...preview }
}

/** A line that says what was done, or would be, and one for each field that differs. */
export function changeText(name: string, { action, present, manifest }: ManifestChange, dryRun: boolean): string {
  const done = dryRun && action !== 'unchanged' ? `would be ${action}` : action
  const fields = present && manifest ? manifestDifferences(present, manifest) : []
  return [
    `${name} ${done}`,
    ...fields.map(({ field, before, after }) => `  ${field}: ${written(before)} → ${written(after)}`),
  ].join('\n')
}

const written = (value: unknown): string => (value === undefined ? 'none' : JSON.stringify(value))
