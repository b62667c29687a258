import type { SecretReference } from '../contract/common.ts'
import { type ManifestNotice, manifestLevels, type ReportFault, unusedFields } from './manifestFields.ts'
import type { YamlDocument } from './yamlFile.ts'
import type { YamlPath } from './yamlPlaces.ts'

/** What the first container of a pod contributes to a CronJob. */
export interface ContainerFields {
  readonly fields: Readonly<Record<string, unknown>>
  readonly notices: readonly ManifestNotice[]
  /** Where a field of `fields`, such as `['environment', 'MODE']`, stands in the document. */
  readonly pathOf: (field: YamlPath) => YamlPath
}

type Fields = Record<string, unknown>

const fieldsOf = (value: unknown): Fields =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Fields) : {}

/** Reads command, arguments, environment and image of the first container; reports what could not run here. */
export function readContainer(
  yaml: YamlDocument,
  podPath: YamlPath,
  pod: Fields,
  report: ReportFault,
): ContainerFields {
  const containers = Array.isArray(pod['containers']) ? (pod['containers'] as unknown[]) : []
  const path = [...podPath, 'containers', 0]
  if (containers.length === 0) {
    report(yaml.fault([...podPath, 'containers'], 'holds no container.'))
    return { fields: {}, notices: [], pathOf: () => [...podPath, 'containers'] }
  }
  const container = fieldsOf(containers[0])
  const command = strings(yaml, [...path, 'command'], container['command'], report)
  const args = strings(yaml, [...path, 'args'], container['args'], report)
  if (command === undefined || command.length === 0)
    report(
      yaml.fault(
        path,
        'has no command; on local there is no image whose own command could run.',
        'Add a command, such as command: ["sh", "-c", "date"].',
      ),
      'local',
    )
  if (command?.[0] === '') report(yaml.fault([...path, 'command', 0], 'the program has no name.'))
  const { environment, secrets, notices, places } = readEnvironment(yaml, [...path, 'env'], container['env'], report)
  const image = container['image']
  return {
    fields: {
      ...(command === undefined ? {} : { command }),
      ...(args === undefined ? {} : { args }),
      ...(typeof image === 'string' ? { image } : {}),
      ...(Object.keys(environment).length === 0 ? {} : { environment }),
      ...(secrets.length === 0 ? {} : { secrets }),
    },
    notices: [
      ...(typeof image === 'string'
        ? [ignored([...path, 'image'], `image ${image} is ignored on local: the command runs on this machine.`)]
        : []),
      ...(containers.length > 1
        ? [ignored([...podPath, 'containers', 1], `Only the first of ${containers.length} containers runs on local.`)]
        : []),
      ...notices,
      ...unusedFields(manifestLevels.container, path, container),
    ],
    pathOf: ([name, key, ...rest]) =>
      places.get(`${String(name)}/${String(key)}`)?.(rest[0]) ?? [...path, name!, ...(key === undefined ? [] : [key])],
  }
}

const ignored = (path: YamlPath, message: string): ManifestNotice => ({ kind: 'ignored', path, message })

function strings(yaml: YamlDocument, path: YamlPath, value: unknown, report: ReportFault): string[] | undefined {
  if (value == null) return undefined
  const isList = Array.isArray(value)
  const at = isList ? value.findIndex(item => typeof item !== 'string') : -1
  if (isList && at < 0) return withoutZero(yaml, path, value as string[], report)
  report(yaml.fault(at < 0 ? path : [...path, at], 'must be a list of texts.', 'Put numbers in quotes.'))
  return undefined
}

function withoutZero(yaml: YamlDocument, path: YamlPath, texts: string[], report: ReportFault): string[] {
  const at = texts.findIndex(text => text.includes('\0'))
  if (at >= 0) report(yaml.fault([...path, at], zeroByte))
  return texts
}

const zeroByte = 'holds a zero byte, which no process can be given.'

function readEnvironment(yaml: YamlDocument, path: YamlPath, value: unknown, report: ReportFault) {
  const environment: Record<string, string> = {}
  const secrets: SecretReference[] = []
  const notices: ManifestNotice[] = []
  /** By `environment/NAME` and `secrets/INDEX`: where it stands; of a part of a secret, where that stands. */
  const places = new Map<string, (part: string | number | undefined) => YamlPath>()
  if (value != null && !Array.isArray(value)) report(yaml.fault(path, 'must be a list.'))
  for (const [i, item] of (Array.isArray(value) ? (value as unknown[]) : []).entries()) {
    const at = [...path, i]
    const variable = fieldsOf(item)
    const name = variable['name']
    if (typeof name !== 'string') {
      report(yaml.fault(at, 'has no name.'))
      continue
    }
    const reference = fieldsOf(fieldsOf(variable['valueFrom'])['secretKeyRef'])
    const text = variable['value']
    if (text != null && typeof text !== 'string')
      report(yaml.fault([...at, 'value'], 'must be a text.', 'Put numbers and booleans in quotes.'))
    else if (text?.includes('\0') === true) report(yaml.fault([...at, 'value'], zeroByte))
    if (typeof reference['name'] === 'string' && typeof reference['key'] === 'string') {
      if (secrets.some(secret => secret.name === name))
        report(yaml.fault([...at, 'name'], `"${name}" is set twice.`, 'Keep one of them.'))
      places.set(`secrets/${secrets.length}`, part => [...at, ...(part === 'from' ? ['valueFrom'] : ['name'])])
      secrets.push({ name, from: `${reference['name']}/${reference['key']}` })
    } else if ('valueFrom' in variable)
      notices.push(
        ignored([...at, 'valueFrom'], `valueFrom of ${name} is ignored on local; only secretKeyRef is read.`),
      )
    else {
      places.set(`environment/${name}`, () => [...at, 'name'])
      environment[name] = typeof text === 'string' ? text : ''
    }
  }
  return { environment, secrets, notices, places }
}
