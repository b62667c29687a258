import type { ApplyAction } from '../../contract/manifests.ts'
import { HksError, invalidField } from '../../contract/errors.ts'
import type { CronJobPreview, CronJobRecord } from './cronJob.ts'

/** An object as a manifest file says it, with whatever fields. */
export type ManifestObject = Readonly<Record<string, unknown>>

/** How a manifest is applied. */
export interface ApplyOptions {
  /** Everything is checked and nothing changed. */
  readonly dryRun: boolean
  /** Fields that others have set to something else are taken over. */
  readonly forceConflicts: boolean
}

/** What applying did, or would do; `cronJob` is absent for a dry run. */
export interface AppliedManifest extends CronJobPreview {
  readonly action: ApplyAction
  readonly cronJob?: CronJobRecord
}

/** The name of the CronJob that a manifest says. @throws HksError INVALID_REQUEST for other kinds, and without a name */
export function namedCronJob(manifest: ManifestObject): string {
  const { kind, apiVersion, metadata } = manifest
  if (kind !== 'CronJob')
    throw invalidField('kind', kind, `${said(kind)} is not applied; only a CronJob is.`, 'Use kubectl for other kinds.')
  if (apiVersion !== 'batch/v1')
    throw invalidField(
      'apiVersion',
      apiVersion,
      `${said(apiVersion)} is not batch/v1.`,
      'Write "apiVersion: batch/v1".',
    )
  const name = (metadata as { readonly name?: unknown } | null | undefined)?.name
  if (typeof name !== 'string' || name === '') throw invalidField('metadata.name', name, 'is missing.')
  return name
}

const said = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value))

/** The refusal of a connection whose CronJobs have no other fields than a request to create one. */
export const noManifests = (connection: string): HksError =>
  new HksError(
    'INVALID_REQUEST',
    `The connection "${connection}" takes no whole manifest: only some of its fields count.`,
    {
      hint: 'Create or change the CronJob, as hks-func cronjob apply does.',
    },
  )
