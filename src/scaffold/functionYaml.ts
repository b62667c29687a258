import { join } from 'node:path'
import { type FunctionDeploy, runtimes } from '../contract/functions.ts'
import { functionFile } from './findFunctionFolder.ts'
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
  /** Sentences about fields that have no effect on this machine. */
  readonly warnings: readonly string[]
}

const used = [
  ...['name', 'runtime', 'runtimeVersion', 'handler', 'description', 'environment', 'secrets'],
  ...['timeout', 'scaling', 'resources', 'profile', 'network', 'allowedHosts', 'public'],
]
const withoutEffect = ['schedules']

/** Reads the `function.yaml` of a folder. Errors: `INVALID_REQUEST` with `{file, line}`. */
export async function readFunctionFolder(folder: string): Promise<FunctionFolder> {
  const file = join(folder, functionFile)
  return { folder, file, ...parseFunctionYaml(await readYaml(file), file) }
}

/** Parses the text of a `function.yaml`; `file` names it in messages. The gateway has the last word on values. */
export function parseFunctionYaml(text: string, file: string): Pick<FunctionFolder, 'settings' | 'warnings'> {
  const documents = parseYaml(text, file)
  const yaml = documents[0]
  if (yaml === undefined || yaml.value === null || typeof yaml.value !== 'object' || Array.isArray(yaml.value))
    throw (yaml ?? emptyDocument(file)).fault([], 'must hold fields such as "name: greet".')
  const fields = yaml.value as Record<string, unknown>
  for (const key of Object.keys(fields)) {
    if (used.includes(key) || withoutEffect.includes(key)) continue
    throw yaml.fault(
      [key],
      'is not a field of function.yaml.',
      `Known fields: ${[...used, ...withoutEffect].join(', ')}.`,
    )
  }
  if (typeof fields['name'] !== 'string' || fields['name'] === '')
    throw yaml.fault(['name'], 'is missing; it names the function.', 'Add a line such as "name: greet".')
  if (!runtimes.some(runtime => runtime === fields['runtime']))
    throw yaml.fault(['runtime'], `must be one of ${runtimes.join(', ')}.`)
  const ignored = [
    ...withoutEffect.filter(key => key in fields),
    ...('cpu' in mapping(fields['resources']) ? ['resources.cpu'] : []),
  ]
  return {
    settings: {
      ...pick(fields, [
        'handler',
        'description',
        'secrets',
        'timeout',
        'scaling',
        'profile',
        'network',
        'allowedHosts',
        'public',
      ]),
      ...('resources' in fields ? { resources: resourcesOf(fields['resources']) } : {}),
      ...(fields['runtimeVersion'] == null ? {} : { runtimeVersion: versionOf(fields['runtimeVersion'], yaml) }),
      ...('environment' in fields ? { environment: environmentOf(fields['environment'], yaml) } : {}),
      name: fields['name'],
      runtime: fields['runtime'],
    } as FunctionSettings,
    warnings: ignored.map(key => `${key} in function.yaml has no effect on this machine.`),
  }
}

/** YAML takes 3.10 for the number 3.1. */
function versionOf(value: unknown, yaml: YamlDocument): string {
  if (typeof value === 'string') return value
  if (Number.isInteger(value)) return String(value)
  throw yaml.fault(['runtimeVersion'], 'must be in quotes.', 'Write it as runtimeVersion: "3.12".')
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

const emptyDocument = (file: string): YamlDocument => parseYaml('{}', file)[0]!

const pick = (fields: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(keys.filter(key => fields[key] != null).map(key => [key, fields[key]]))

function environmentOf(value: unknown, yaml: YamlDocument): Record<string, string> {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw yaml.fault(['environment'], 'must be a mapping of names to values.')
  return Object.fromEntries(
    Object.entries(value as Record<string, unknown>).map(([name, entry]) => {
      if (entry !== null && typeof entry === 'object')
        throw yaml.fault(['environment', name], 'must be plain text.', 'Put lists and objects in quotes, as JSON.')
      return [name, typeof entry === 'string' ? entry : entry == null ? '' : JSON.stringify(entry)]
    }),
  )
}
