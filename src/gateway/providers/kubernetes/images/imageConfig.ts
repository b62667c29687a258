import type { TargetPlatform } from '../../../domain/targetBuilds.ts'
import type { ContainerConfig } from './image.ts'

/** What is known of the image below. */
export interface BaseConfig {
  /** `os/architecture`. */
  readonly platform: string
  /** One for each layer. */
  readonly diffIds: readonly string[]
  /** All of it, for what is kept as it is. */
  readonly value: Readonly<Record<string, unknown>>
}

/** Of an image whose base does not say when it was made. */
const noTime = '1970-01-01T00:00:00Z'

/** Reads an image config of OCI or Docker. @throws Error for something else */
export function parseConfig(bytes: Buffer): BaseConfig {
  const value = objectOf(JSON.parse(bytes.toString('utf8')))
  const diffIds = objectOf(value['rootfs'])['diff_ids']
  const { os, architecture } = value
  if (!isTexts(diffIds) || typeof os !== 'string' || typeof architecture !== 'string')
    throw new Error('its config does not say what is in it')
  return { platform: `${os}/${architecture}`, diffIds, value }
}

/**
 * The config of an image with one layer more. Equal images give equal bytes: it was "made" when its base was.
 */
export function writeConfig(
  base: BaseConfig,
  platform: TargetPlatform,
  diffId: string,
  config: ContainerConfig,
): Buffer {
  const before = objectOf(base.value['config'])
  const [os, architecture] = platform.split('/')
  const created = typeof base.value['created'] === 'string' ? base.value['created'] : noTime
  const history = Array.isArray(base.value['history']) ? (base.value['history'] as unknown[]) : undefined
  // Docker's own, of the container that the base was made in.
  const { container: _container, container_config: _containerConfig, ...kept } = base.value
  const { Cmd: _command, ...others } = before
  const value = {
    ...kept,
    created,
    os,
    architecture,
    config: {
      ...others,
      Entrypoint: config.entrypoint,
      ...(config.command !== undefined && { Cmd: config.command }),
      Env: mergeEnvironment(isTexts(before['Env']) ? before['Env'] : [], config.environment ?? {}),
      ...(config.user !== undefined && { User: config.user }),
      ...(config.workingFolder !== undefined && { WorkingDir: config.workingFolder }),
      ...(config.labels !== undefined && { Labels: { ...objectOf(before['Labels']), ...sorted(config.labels) } }),
    },
    rootfs: { type: 'layers', diff_ids: [...base.diffIds, diffId] },
    // A history has an entry for every layer, or it is not there.
    ...(history !== undefined && { history: [...history, { created, created_by: 'hexabase-hks' }] }),
  }
  return Buffer.from(JSON.stringify(value))
}

/** The variables that an image sets. */
export function environmentOf(base: BaseConfig): Readonly<Record<string, string>> {
  const lines = objectOf(base.value['config'])['Env']
  const pairs = (isTexts(lines) ? lines : []).map(line => [line.split('=')[0]!, line.slice(line.indexOf('=') + 1)])
  return Object.fromEntries(pairs) as Record<string, string>
}

/** Fields in the order of their names, so that equal ones are equal as text. */
export const sorted = (fields: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)))

function mergeEnvironment(before: readonly string[], more: Readonly<Record<string, string>>): readonly string[] {
  const kept = before.filter(line => !(line.split('=')[0]! in more))
  return [...kept, ...Object.entries(sorted(more)).map(([name, value]) => `${name}=${value}`)]
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every(one => typeof one === 'string')

const objectOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
