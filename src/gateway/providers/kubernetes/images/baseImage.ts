import type { HksError } from '../../../../contract/errors.ts'
import type { Descriptor } from './digest.ts'
import type { TargetPlatform } from '../../../domain/targetBuilds.ts'
import { type BaseConfig, parseConfig } from './imageConfig.ts'
import { choosePlatform, type ImageManifest, parseManifest, platformsOf } from './manifest.ts'
import type { Repository } from './registry.ts'
import { registryFailed } from './registryError.ts'
import { readBytes } from './transport.ts'

/** The image below, for one platform. */
export interface BaseImage {
  readonly config: BaseConfig
  readonly layers: readonly Descriptor[]
}

/** As large as what may be in an annotation or a command can make it. */
const mostConfigBytes = 8 * 1024 * 1024

/** Reads what a digest stands for on a platform. @throws HksError REGISTRY_FAILED, `signal.reason` */
export async function readBaseImage(
  repository: Repository,
  digest: string,
  platform: TargetPlatform,
  signal: AbortSignal,
): Promise<BaseImage> {
  const manifest = await manifestFor(repository, digest, platform, signal)
  const blob = manifest.config
  if (blob.size > mostConfigBytes) throw unusable(repository, digest, new Error('its config is too large'))
  const bytes = await readBytes(repository.readBlob(blob, 0, signal), mostConfigBytes)
  const config = reading(repository, digest, () => parseConfig(bytes))
  if (config.platform !== platform) throw unknownPlatform(repository, digest, platform, [config.platform])
  if (config.diffIds.length !== manifest.layers.length)
    throw unusable(repository, digest, new Error('its config and its manifest have different layers'))
  return { config, layers: manifest.layers }
}

async function manifestFor(
  repository: Repository,
  digest: string,
  platform: TargetPlatform,
  signal: AbortSignal,
): Promise<ImageManifest> {
  const raw = await repository.manifest(digest, signal)
  const found = reading(repository, digest, () => parseManifest(raw.bytes, raw.mediaType))
  if ('layers' in found) return found
  const chosen = choosePlatform(found, platform)
  if (chosen === undefined) throw unknownPlatform(repository, digest, platform, platformsOf(found))
  const inner = await repository.manifest(chosen.digest, signal)
  const manifest = reading(repository, chosen.digest, () => parseManifest(inner.bytes, inner.mediaType))
  if ('layers' in manifest) return manifest
  throw unusable(repository, digest, new Error('it is an index of indexes'))
}

function reading<T>(repository: Repository, digest: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw unusable(repository, digest, error)
  }
}

const unusable = ({ registry, name }: Repository, digest: string, cause: unknown): HksError =>
  registryFailed(
    registry,
    'protocol',
    `The image ${registry}/${name}@${digest} can not be used: ${(cause as Error).message}.`,
    {
      hint: 'Use an image in the format of OCI or Docker (schema 2).',
      cause,
    },
  )

const unknownPlatform = (
  { registry, name }: Repository,
  digest: string,
  platform: TargetPlatform,
  known: readonly string[],
): HksError =>
  registryFailed(
    registry,
    'unknownPlatform',
    `The image ${registry}/${name}@${digest} is not there for ${platform}, but for ${known.join(', ') || 'nothing'}.`,
    { hint: 'Use another base image, or nodes of another architecture.', details: { platform, platforms: known } },
  )
