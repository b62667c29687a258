import type { CronJobCreate } from '../contract/cronJobs.ts'
import { concurrencyPolicies } from '../contract/cronJobs.ts'
import { readContainer } from './manifestContainer.ts'
import { parseYaml, type YamlDocument } from './yamlFile.ts'

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

/**
 * Reads the `batch/v1` CronJobs of a YAML text. Errors: `INVALID_REQUEST` with `{file, line, field}` for a text that
 * is no YAML and for a CronJob that cannot run here.
 */
export function parseManifest(text: string, file: string): ManifestFile {
  const documents = parseYaml(text, file).filter(d => d.value !== null && d.value !== undefined)
  const cronJobs = documents.filter(isCronJob)
  const others = documents.filter(d => !isCronJob(d)).map(kindOf)
  return { cronJobs: cronJobs.map(readCronJob), others }
}

const record = (value: unknown): Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {}

const isCronJob = (d: YamlDocument): boolean => record(d.value)['kind'] === 'CronJob'

const kindOf = (d: YamlDocument): string => {
  const kind = record(d.value)['kind']
  return typeof kind === 'string' ? kind : 'no kind'
}

function readCronJob(yaml: YamlDocument): ManifestCronJob {
  const root = record(yaml.value)
  if (root['apiVersion'] !== 'batch/v1')
    throw yaml.fault(
      ['apiVersion'],
      `${JSON.stringify(root['apiVersion'])} is not batch/v1.`,
      'Write "apiVersion: batch/v1".',
    )
  const metadata = record(root['metadata'])
  const spec = record(root['spec'])
  const job = record(record(spec['jobTemplate'])['spec'])
  const pod = record(record(job['template'])['spec'])
  const podPath = ['spec', 'jobTemplate', 'spec', 'template', 'spec']
  if (typeof metadata['name'] !== 'string') throw yaml.fault(['metadata', 'name'], 'is missing.')
  if (typeof spec['schedule'] !== 'string')
    throw yaml.fault(['spec', 'schedule'], 'is missing.', 'Write one in quotes, such as "0 2 * * *".')
  const policy = spec['concurrencyPolicy']
  if (policy !== undefined && !concurrencyPolicies.some(p => p === policy))
    throw yaml.fault(['spec', 'concurrencyPolicy'], `must be one of ${concurrencyPolicies.join(', ')}.`)
  const container = readContainer(yaml, podPath, pod)
  const create = {
    name: metadata['name'],
    schedule: spec['schedule'],
    ...present(spec, ['timeZone', 'concurrencyPolicy', 'suspend', 'startingDeadlineSeconds']),
    ...present(spec, ['successfulJobsHistoryLimit', 'failedJobsHistoryLimit']),
    ...present(job, ['backoffLimit', 'activeDeadlineSeconds']),
    ...present(pod, ['terminationGracePeriodSeconds']),
    ...container.fields,
  } as Omit<CronJobCreate, 'projectId'>
  const warnings = [
    ...container.warnings,
    ...unused(spec, 'spec', [
      'jobTemplate',
      'schedule',
      'timeZone',
      'concurrencyPolicy',
      'suspend',
      'startingDeadlineSeconds',
      'successfulJobsHistoryLimit',
      'failedJobsHistoryLimit',
    ]),
    ...unused(job, 'jobTemplate.spec', ['template', 'backoffLimit', 'activeDeadlineSeconds']),
    ...unused(pod, 'the pod', ['containers', 'restartPolicy', 'terminationGracePeriodSeconds']),
    ...unused(metadata, 'metadata', ['name', 'labels', 'annotations', 'creationTimestamp']),
  ]
  return { line: yaml.lineOf([]), create, warnings }
}

const present = (fields: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(keys.filter(key => fields[key] != null).map(key => [key, fields[key]]))

const unused = (fields: Record<string, unknown>, where: string, used: readonly string[]): string[] =>
  Object.keys(fields)
    .filter(key => !used.includes(key))
    .map(key => `${key} of ${where} is ignored on local.`)
