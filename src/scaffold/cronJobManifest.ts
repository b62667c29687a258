import type { CronJobCreate } from '../contract/cronJobs.ts'
import { concurrencyPolicies } from '../contract/cronJobs.ts'
import { readContainer } from './manifestContainer.ts'
import { type ManifestNotice, manifestLevels, type ReportFault, unusedFields } from './manifestFields.ts'
import { parseYaml, type YamlDocument } from './yamlFile.ts'
import type { YamlPath } from './yamlPlaces.ts'

/** A CronJob read from a manifest: the body that creates it, and what of the manifest has no effect here. */
export interface ManifestCronJob {
  /** Line (from 1) where its document begins. */
  readonly line: number
  readonly create: Omit<CronJobCreate, 'projectId'>
  readonly warnings: readonly string[]
}

/** What a manifest file holds. `others` are the kinds of its other objects, which are left alone. */
export interface ManifestFile {
  readonly cronJobs: readonly ManifestCronJob[]
  readonly others: readonly string[]
}

/** A document as far as it could be read: with every fault reported, `create` is what a gateway would be sent. */
export interface ReadCronJob {
  readonly create: Readonly<Record<string, unknown>>
  readonly notices: readonly ManifestNotice[]
  /** Where a field of `create`, such as `['environment', 'MODE']`, stands in the document. */
  readonly pathOf: (field: YamlPath) => YamlPath
}

/**
 * Reads the `batch/v1` CronJobs of a YAML text. Errors: `INVALID_REQUEST` with `{file, line, field}` for a text that
 * is no YAML and for a CronJob that cannot run here.
 */
export function parseManifest(text: string, file: string): ManifestFile {
  const documents = parseYaml(text, file).filter(d => d.value !== null && d.value !== undefined)
  const others = documents.filter(d => !isCronJob(d)).map(kindOf)
  const cronJobs = documents.filter(isCronJob).map(document => {
    const { create, notices } = readCronJob(document, fault => {
      throw fault
    })
    return {
      line: document.lineOf([]),
      // The gateway has the last word on the values.
      create: create as unknown as ManifestCronJob['create'],
      warnings: notices.map(({ message }) => message),
    }
  })
  return { cronJobs, others }
}

const record = (value: unknown): Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {}

/** Whether a document is a CronJob, of whatever version. */
export const isCronJob = (d: YamlDocument): boolean => record(d.value)['kind'] === 'CronJob'

const kindOf = (d: YamlDocument): string => {
  const kind = record(d.value)['kind']
  return typeof kind === 'string' ? kind : 'no kind'
}

/** Where the parts of a CronJob stand in its document. */
export const manifestPaths = {
  metadata: ['metadata'],
  spec: ['spec'],
  job: ['spec', 'jobTemplate', 'spec'],
  pod: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
  container: ['spec', 'jobTemplate', 'spec', 'template', 'spec', 'containers', 0],
} as const satisfies Readonly<Record<string, YamlPath>>

const specFields = [
  ...['schedule', 'timeZone', 'concurrencyPolicy', 'suspend', 'startingDeadlineSeconds'],
  ...['successfulJobsHistoryLimit', 'failedJobsHistoryLimit'],
]
const jobFields = ['backoffLimit', 'activeDeadlineSeconds']
const podFields = ['terminationGracePeriodSeconds']

/** Reads one CronJob and reports each fault. */
export function readCronJob(yaml: YamlDocument, report: ReportFault): ReadCronJob {
  const root = record(yaml.value)
  if (root['apiVersion'] !== 'batch/v1')
    report(
      yaml.fault(
        ['apiVersion'],
        root['apiVersion'] === undefined ? 'is missing.' : `${JSON.stringify(root['apiVersion'])} is not batch/v1.`,
        'Write "apiVersion: batch/v1".',
      ),
    )
  const metadata = record(root['metadata'])
  const spec = record(root['spec'])
  const job = record(record(spec['jobTemplate'])['spec'])
  const pod = record(record(job['template'])['spec'])
  if (typeof metadata['name'] !== 'string') report(yaml.fault(['metadata', 'name'], 'is missing.'))
  if (typeof spec['schedule'] !== 'string')
    report(yaml.fault(['spec', 'schedule'], 'is missing.', 'Write one in quotes, such as "0 2 * * *".'))
  const policy = spec['concurrencyPolicy']
  if (policy != null && !concurrencyPolicies.some(p => p === policy))
    report(yaml.fault(['spec', 'concurrencyPolicy'], `must be one of ${concurrencyPolicies.join(', ')}.`))
  const container = readContainer(yaml, manifestPaths.pod, pod, report)
  const create = {
    ...present(metadata, ['name']),
    ...present(spec, specFields),
    ...present(job, jobFields),
    ...present(pod, podFields),
    ...container.fields,
  }
  const { manifest: top, metadata: meta, spec: specLevel, job: jobLevel, pod: podLevel } = manifestLevels
  const notices = [
    ...container.notices,
    ...unusedFields(specLevel, manifestPaths.spec, spec),
    ...unusedFields(jobLevel, manifestPaths.job, job),
    ...unusedFields(podLevel, manifestPaths.pod, pod),
    ...unusedFields(meta, manifestPaths.metadata, metadata),
    ...unusedFields(top, [], root),
  ]
  return { create, notices, pathOf: field => pathOf(field) ?? container.pathOf(field) }
}

/** Fields of the container are elsewhere in each manifest, all others always in the same place. */
function pathOf(field: YamlPath): YamlPath | undefined {
  const name = String(field[0])
  if (name === 'name') return [...manifestPaths.metadata, ...field]
  if (specFields.includes(name)) return [...manifestPaths.spec, ...field]
  if (jobFields.includes(name)) return [...manifestPaths.job, ...field]
  return podFields.includes(name) ? [...manifestPaths.pod, ...field] : undefined
}

const present = (fields: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(keys.filter(key => fields[key] != null).map(key => [key, fields[key]]))
