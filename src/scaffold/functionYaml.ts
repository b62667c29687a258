import { join } from 'node:path'
import type { HksError } from '../contract/errors.ts'
import { type FunctionDeploy, runtimes } from '../contract/functions.ts'
import { functionFile } from './findFunctionFolder.ts'
import { refuseNoTexts, versionOf } from './functionTexts.ts'
import { parseYaml, type YamlDocument } from './yamlFile.ts'
import { readYaml } from './readYaml.ts'

/** What `function.yaml` says: the deployment without its source. */
export type FunctionSettings = Omit<FunctionDeploy, 'source' | 'waitSeconds'>

/** A folder that can be deployed. */
export interface FunctionFolder {
  readonly folder: string
  /** Path of its `function.yaml`. */
  readonly file: string
  readonly settings: FunctionSettings
  /** What it says, with its places. */
  readonly yaml: YamlDocument
  /** Sentences about fields that have no effect on this machine. */
  readonly warnings: readonly string[]
}

/** The fields of `function.yaml` that decide something, in the order in which people write them. */
export const usedFields = [
  ...['name', 'runtime', 'image', 'runtimeVersion', 'handler', 'description', 'environment', 'secrets'],
  ...['timeout', 'scaling', 'resources', 'profile', 'network', 'allowedHosts', 'public'],
]
/** Those that a cluster could use, and this machine does not. */
export const fieldsWithoutEffect = ['schedules']

/** Reads the `function.yaml` of a folder. Errors: `INVALID_REQUEST` with `{file, line}`. */
export async function readFunctionFolder(folder: string): Promise<FunctionFolder> {
  const file = join(folder, functionFile)
  return { folder, file, ...parseFunctionYaml(await readYaml(file), file) }
}

/** Parses the text of a `function.yaml`; `file` names it in messages. The gateway has the last word on values. */
export function parseFunctionYaml(text: string, file: string): Omit<FunctionFolder, 'folder' | 'file'> {
  const raise = (fault: HksError): never => {
    throw fault
  }
  const yaml = onlyDocument(parseYaml(text, file), file, raise)
  const { settings, ignored } = readFunctionFields(yaml, raise)
  return {
    yaml,
    // The gateway has the last word on the values.
    settings: settings as unknown as FunctionSettings,
    warnings: ignored.map(key => `${key} in function.yaml has no effect on this machine.`),
  }
}

/** Reads the fields of a document and reports each fault; `ignored` are those that have no effect on this machine. */
export function readFunctionFields(
  yaml: YamlDocument,
  report: (fault: HksError) => void,
): { readonly settings: Readonly<Record<string, unknown>>; readonly ignored: readonly string[] } {
  if (!isMapping(yaml.value)) {
    report(yaml.fault([], 'must hold fields such as "name: greet".'))
    return { settings: {}, ignored: [] }
  }
  const fields = mapping(yaml.value)
  const known = [...usedFields, ...fieldsWithoutEffect]
  for (const key of Object.keys(fields))
    if (!known.includes(key))
      report(yaml.keyFault([key], 'is not a field of function.yaml.', `Known fields: ${known.join(', ')}.`))
  refuseNoTexts(fields, yaml, report)
  if (fields['image'] != null) {
    for (const key of ['runtime', 'runtimeVersion', 'handler'])
      if (fields[key] != null)
        report(yaml.keyFault([key], 'does not go together with image.', `Leave out ${key}, or image.`))
  } else if (!runtimes.some(runtime => runtime === fields['runtime']))
    report(yaml.fault(['runtime'], `must be one of ${runtimes.join(', ')}.`))
  const { runtimeVersion } = fields
  const version = runtimeVersion == null ? undefined : versionOf(runtimeVersion, yaml, report)
  return {
    settings: {
      ...pick(fields, [
        ...['name', 'runtime', 'image', 'handler', 'description', 'secrets', 'timeout', 'scaling'],
        ...['profile', 'network', 'allowedHosts', 'public'],
      ]),
      ...('resources' in fields ? { resources: resourcesOf(fields['resources']) } : {}),
      ...(version === undefined ? {} : { runtimeVersion: version }),
      ...('environment' in fields ? { environment: environmentOf(fields['environment'], yaml, report) } : {}),
    },
    ignored: [
      ...fieldsWithoutEffect.filter(key => key in fields),
      ...('cpu' in mapping(fields['resources']) ? ['resources.cpu'] : []),
    ],
  }
}

/** What the gateway limits; a share of a processor is nothing that this machine can give. */
function resourcesOf(value: unknown): unknown {
  if (value === null) return {}
  const { cpu: _cpu, ...known } = mapping(value)
  return isMapping(value) ? known : value
}

const isMapping = (value: unknown): boolean => value !== null && typeof value === 'object' && !Array.isArray(value)

const mapping = (value: unknown): Record<string, unknown> =>
  isMapping(value) ? (value as Record<string, unknown>) : {}

/** The document of a file that describes one function. Reports a second one; a separator with nothing behind it is none. */
export function onlyDocument(documents: readonly YamlDocument[], file: string, report: Report): YamlDocument {
  const [first, second] = documents.filter(({ value, broken }) => value != null || broken !== undefined)
  if (second !== undefined)
    report(second.broken ?? second.startFault('holds a second document; one file describes one function.'))
  return first ?? documents[0] ?? parseYaml('null', file)[0]!
}

type Report = (fault: HksError) => void

const pick = (fields: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(keys.filter(key => fields[key] != null).map(key => [key, fields[key]]))

function environmentOf(value: unknown, yaml: YamlDocument, report: Report): Record<string, string> {
  if (!isMapping(value)) report(yaml.fault(['environment'], 'must be a mapping of names to values.'))
  return Object.fromEntries(
    Object.entries(mapping(value)).map(([name, entry]) => {
      if (entry !== null && typeof entry === 'object')
        report(yaml.fault(['environment', name], 'must be plain text.', 'Put lists and objects in quotes, as JSON.'))
      return [name, typeof entry === 'string' ? entry : entry == null ? '' : JSON.stringify(entry)]
    }),
  )
}
