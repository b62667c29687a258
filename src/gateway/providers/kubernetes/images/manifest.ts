import { type Descriptor, digestOf, isDigest } from './digest.ts'
import type { TargetPlatform } from '../../../domain/targetBuilds.ts'

/** Media types of the OCI image specification 1.1. */
export const ociManifest = 'application/vnd.oci.image.manifest.v1+json'
export const ociConfig = 'application/vnd.oci.image.config.v1+json'
export const ociLayer = 'application/vnd.oci.image.layer.v1.tar+gzip'

const indexes = ['application/vnd.oci.image.index.v1+json', 'application/vnd.docker.distribution.manifest.list.v2+json']
const manifests = [ociManifest, 'application/vnd.docker.distribution.manifest.v2+json']

/** What is asked for: manifests and indexes of OCI and of Docker. */
export const acceptedManifests = [...manifests, ...indexes].join(', ')

/** Docker's names for what OCI names otherwise; the bytes are the same. */
const ociNames: Readonly<Record<string, string>> = {
  'application/vnd.docker.image.rootfs.diff.tar': 'application/vnd.oci.image.layer.v1.tar',
  'application/vnd.docker.image.rootfs.diff.tar.gzip': ociLayer,
}

/** A manifest of one image. */
export interface ImageManifest {
  readonly config: Descriptor
  /** From the lowest on, with OCI's media types. */
  readonly layers: readonly Descriptor[]
}

/** An index: where the manifests of each platform are. */
export interface ImageIndex {
  readonly manifests: readonly (Descriptor & { readonly platform: string | undefined })[]
}

/** Reads a manifest or an index. @throws Error for what is neither */
export function parseManifest(bytes: Buffer, mediaType: string): ImageManifest | ImageIndex {
  const value = objectOf(JSON.parse(bytes.toString('utf8')))
  const named = typeof value['mediaType'] === 'string' ? value['mediaType'] : mediaType
  if (indexes.includes(named) || (!manifests.includes(named) && Array.isArray(value['manifests']))) {
    return {
      manifests: listOf(value['manifests']).map(entry => ({ ...descriptorOf(entry), platform: platformOf(entry) })),
    }
  }
  if (!manifests.includes(named) && value['schemaVersion'] !== 2)
    throw new Error(`a manifest of the type ${named || 'unknown'} can not be read`)
  return { config: descriptorOf(value['config']), layers: listOf(value['layers']).map(layerOf) }
}

/** The platform of a manifest in an index, as `os/architecture`; the variant of arm64 is always the same. */
function platformOf(entry: unknown): string | undefined {
  const { os, architecture } = objectOf(objectOf(entry)['platform'])
  return typeof os === 'string' && typeof architecture === 'string' ? `${os}/${architecture}` : undefined
}

/** The manifest for a platform; `undefined` when the index has none. */
export const choosePlatform = (index: ImageIndex, platform: TargetPlatform): Descriptor | undefined =>
  index.manifests.find(entry => entry.platform === platform)

/** Platforms that an index has, without what is no image (attestations). */
export const platformsOf = (index: ImageIndex): readonly string[] => [
  ...new Set(
    index.manifests.flatMap(({ platform }) => (platform === undefined || /unknown/.test(platform) ? [] : platform)),
  ),
]

/** The one manifest of an image, as bytes: equal images give equal bytes. */
export function writeManifest({ config, layers }: ImageManifest): { readonly bytes: Buffer; readonly digest: string } {
  const plain = ({ mediaType, digest, size }: Descriptor) => ({ mediaType, digest, size })
  const value = { schemaVersion: 2, mediaType: ociManifest, config: plain(config), layers: layers.map(plain) }
  const bytes = Buffer.from(JSON.stringify(value))
  return { bytes, digest: digestOf(bytes) }
}

function layerOf(value: unknown): Descriptor {
  const layer = descriptorOf(value)
  if (/foreign|nondistributable/.test(layer.mediaType)) throw new Error('it has a layer that must not be copied')
  return { ...layer, mediaType: ociNames[layer.mediaType] ?? layer.mediaType }
}

function descriptorOf(value: unknown): Descriptor {
  const { mediaType, digest, size } = objectOf(value)
  if (
    typeof mediaType !== 'string' ||
    !isDigest(digest) ||
    typeof size !== 'number' ||
    !Number.isSafeInteger(size) ||
    size < 0
  )
    throw new Error('its manifest names something without type, size or sha256 digest')
  return { mediaType, digest, size }
}

const listOf = (value: unknown): readonly unknown[] => {
  if (!Array.isArray(value)) throw new Error('its manifest has no list where one should be')
  return value
}

const objectOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
