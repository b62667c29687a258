import type { HksError } from '../contract/errors.ts'
import { isCronJob } from './cronJobManifest.ts'
import { parseYaml } from './yamlFile.ts'
import type { YamlPath } from './yamlPlaces.ts'

/** A CronJob of a manifest file as it is written, with all its fields, for a cluster. */
export interface ManifestCronJobObject {
  readonly name: string
  /** Line (from 1) where its document begins. */
  readonly line: number
  readonly object: Readonly<Record<string, unknown>>
  /** The line of a field as the API server calls it, such as `spec.jobTemplate.spec.template.spec.containers[0].image`. */
  readonly lineOf: (field: string) => number
}

/**
 * Reads the CronJobs of a YAML text and judges nothing but of which kind they are: the cluster has the last word. With `only`,
 * the one of that name is read, whatever else is in the file.
 * @throws HksError INVALID_REQUEST with `{file, line, field}` for a text that is no YAML and for objects of another kind
 */
export function parseManifestObjects(text: string, file: string, only?: string): readonly ManifestCronJobObject[] {
  return parseYaml(text, file)
    .filter(({ value }) => value !== null && value !== undefined)
    .filter(yaml => only === undefined || (isCronJob(yaml) && nameOf(yaml.value) === only))
    .map(yaml => {
      const object = fieldsOf(yaml.value)
      const refuse = (path: YamlPath, problem: string, hint: string): HksError => yaml.fault(path, problem, hint)
      if (object['kind'] !== 'CronJob')
        throw refuse(
          ['kind'],
          `${said(object['kind'])} is not applied; only a CronJob is.`,
          'Use kubectl for other kinds.',
        )
      if (object['apiVersion'] !== 'batch/v1')
        throw refuse(['apiVersion'], `${said(object['apiVersion'])} is not batch/v1.`, 'Write "apiVersion: batch/v1".')
      const name = nameOf(object)
      if (typeof name !== 'string') throw refuse(['metadata', 'name'], 'is missing.', 'Give it a name.')
      return { name, line: yaml.lineOf([]), object, lineOf: field => yaml.lineOf(pathOf(field)) }
    })
}

/** The line that an error of applying it is about: that of the field where one is named. */
export function placeOf({ lineOf, line }: ManifestCronJobObject, error: HksError): number {
  const field = error.details?.['field']
  return typeof field === 'string' ? lineOf(field) : line
}

const pathOf = (field: string): YamlPath =>
  field
    .split(/[.[\]]+/)
    .filter(Boolean)
    .map(part => (/^\d+$/.test(part) ? Number(part) : part))

const nameOf = (object: unknown): unknown => fieldsOf(fieldsOf(object)['metadata'])['name']

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {}

const said = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value))
