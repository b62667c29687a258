import type { SecretReference } from '../contract/common.ts'
import type { YamlDocument } from './yamlFile.ts'

/** What the first container of a pod contributes to a CronJob. */
export interface ContainerFields {
  readonly fields: Readonly<Record<string, unknown>>
  readonly warnings: readonly string[]
}

type Fields = Record<string, unknown>
type Path = readonly (string | number)[]

const fieldsOf = (value: unknown): Fields =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Fields) : {}

/** Reads command, arguments, environment and image of the first container; refuses what could not run here. */
export function readContainer(yaml: YamlDocument, podPath: Path, pod: Fields): ContainerFields {
  const containers = Array.isArray(pod['containers']) ? (pod['containers'] as unknown[]) : []
  const path = [...podPath, 'containers', 0]
  if (containers.length === 0) throw yaml.fault([...podPath, 'containers'], 'holds no container.')
  const container = fieldsOf(containers[0])
  const command = strings(yaml, [...path, 'command'], container['command'])
  const args = strings(yaml, [...path, 'args'], container['args'])
  if (command === undefined || command.length === 0)
    throw yaml.fault(
      path,
      'has no command; on local there is no image whose own command could run.',
      'Add a command, such as command: ["sh", "-c", "date"].',
    )
  const { environment, secrets, warnings } = readEnvironment(yaml, [...path, 'env'], container['env'])
  return {
    fields: {
      command,
      ...(args === undefined ? {} : { args }),
      ...(typeof container['image'] === 'string' ? { image: container['image'] } : {}),
      ...(Object.keys(environment).length === 0 ? {} : { environment }),
      ...(secrets.length === 0 ? {} : { secrets }),
    },
    warnings: [
      ...(typeof container['image'] === 'string'
        ? [`image ${container['image']} is ignored on local: the command runs on this machine.`]
        : []),
      ...(containers.length > 1 ? [`Only the first of ${containers.length} containers runs on local.`] : []),
      ...warnings,
      ...Object.keys(container)
        .filter(key => !['name', 'image', 'command', 'args', 'env', 'imagePullPolicy'].includes(key))
        .map(key => `${key} of the container is ignored on local.`),
    ],
  }
}

function strings(yaml: YamlDocument, path: Path, value: unknown): string[] | undefined {
  if (value == null) return undefined
  if (!Array.isArray(value) || value.some(item => typeof item !== 'string'))
    throw yaml.fault(path, 'must be a list of texts.', 'Put numbers in quotes.')
  return value as string[]
}

function readEnvironment(yaml: YamlDocument, path: Path, value: unknown) {
  const environment: Record<string, string> = {}
  const secrets: SecretReference[] = []
  const warnings: string[] = []
  if (value != null && !Array.isArray(value)) throw yaml.fault(path, 'must be a list.')
  for (const [i, item] of ((value ?? []) as unknown[]).entries()) {
    const variable = fieldsOf(item)
    const name = variable['name']
    if (typeof name !== 'string') throw yaml.fault([...path, i], 'has no name.')
    const reference = fieldsOf(fieldsOf(variable['valueFrom'])['secretKeyRef'])
    if (variable['value'] != null && typeof variable['value'] !== 'string')
      throw yaml.fault([...path, i, 'value'], 'must be a text.', 'Put numbers and booleans in quotes.')
    if (typeof reference['name'] === 'string' && typeof reference['key'] === 'string')
      secrets.push({ name, from: `${reference['name']}/${reference['key']}` })
    else if ('valueFrom' in variable)
      warnings.push(`valueFrom of ${name} is ignored on local; only secretKeyRef is read.`)
    else environment[name] = (variable['value'] as string | undefined) ?? ''
  }
  return { environment, secrets, warnings }
}
