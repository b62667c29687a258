import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { readBaseImage } from './baseImage.ts'
import { copyLayers } from './copyLayers.ts'
import { type Descriptor, digestOf } from './digest.ts'
import type { BuiltImage, ImageBuilder, ImageFacts, ImageProgress, ImageRequest, RegistryAccess } from './image.ts'
import { environmentOf, sorted, writeConfig } from './imageConfig.ts'
import { ociConfig, ociManifest, writeManifest } from './manifest.ts'
import { diffIdOf, packLayer } from './packLayer.ts'
import { formatReference, type ImageReference, parseReference, parseRepository } from './reference.ts'
import { openRepository, type RegistryOptions, type Repository } from './registry.ts'
import { readTopLayer } from './readLayer.ts'
import { registryFailed } from './registryError.ts'
import type { RetryPolicy } from './retry.ts'
import { createTransport } from './transport.ts'

/** What building images needs. */
export interface ImageBuilderOptions {
  /** Folder in which layers are packed; nothing else is in it, and what is there when a builder begins is removed. */
  readonly workFolder: string
  /**
   * Variables of the user: PATH and HOME, with which credential helpers are run, and where they are set DOCKER_CONFIG,
   * HTTPS_PROXY, NO_PROXY and what helpers need.
   */
  readonly environment: () => Promise<Readonly<Record<string, string>>>
  readonly newId: () => string
  readonly retries?: RetryPolicy
  /** A connection on which nothing moves for so long is cut. */
  readonly idleMs?: number
  /** A connection that does not come about for so long is given up. */
  readonly connectMs?: number
}

/** To be raised when the same request is to give another image than before. */
const formatOfImages = '1'
const tagLength = 40

/** Builds images from files and a base image, by the protocol of registries alone. */
export function createImageBuilder(options: ImageBuilderOptions): ImageBuilder {
  const { workFolder, newId } = options
  let cleaned: Promise<void> | undefined

  /** Lends a file that is removed afterwards. */
  const withFile = async <T>(work: (file: string) => Promise<T>): Promise<T> => {
    cleaned ??= rm(workFolder, { recursive: true, force: true })
    await cleaned
    await mkdir(workFolder, { recursive: true, mode: 0o700 })
    const file = join(workFolder, newId())
    try {
      return await work(file)
    } finally {
      await rm(file, { force: true })
    }
  }
  /** Lends what reaches registries; its connections are closed afterwards. */
  const withRegistries = async <T>(access: RegistryAccess, work: (to: RegistryOptions) => Promise<T>): Promise<T> => {
    const environment = await options.environment()
    using transport = createTransport({
      ...options,
      environment,
      certificateAuthorities: access.certificateAuthorities,
    })
    return await work({ ...options, transport, access, environment })
  }
  const build = async (
    to: RegistryOptions,
    request: ImageRequest,
    signal: AbortSignal,
    onProgress: (progress: ImageProgress) => void,
  ): Promise<BuiltImage> => {
    const { platform, files, config } = request
    const base = parseReference(request.base, 'base')
    const place = parseRepository(request.repository, 'repository')
    const isMounted = base.registry === place.registry && base.repository !== place.repository
    const from = openRepository(base.registry, base.repository, to)
    const target = openRepository(place.registry, place.repository, to, {
      mayPush: true,
      ...(isMounted && { mountFrom: base.repository }),
    })

    const baseDigest = await digestIn(from, base, signal)
    const diffId = await diffIdOf(files, signal)
    const tag = tagOf(request, baseDigest, diffId)
    const answer = (digest: string, pushed: boolean): BuiltImage => ({
      reference: formatReference({ ...place, tag: undefined, digest }),
      digest,
      pushed,
    })
    const found = await target.find(tag, signal)
    if (found !== undefined) return answer(found, false)

    const image = await readBaseImage(from, baseDigest, platform, signal)
    const step = (phase: ImageProgress['phase'], total: number) => progressOf(phase, total, onProgress)
    await copyLayers(from, target, image.layers, signal, step('copying', sumOf(image.layers)))
    const layer = await withFile(async file => {
      const packed = await packLayer(files, diffId, file, signal, step('packing', sizeOf(files)))
      if (!(await target.hasBlob(packed.digest, signal))) {
        // The end of a stream of a file is the last byte, not the one after it.
        const open = (start: number, end: number) => createReadStream(file, { start, end: end - 1 })
        await target.uploadBlob({ ...packed, open }, signal, step('uploading', packed.size))
      }
      return packed
    })
    const configBytes = writeConfig(image.config, platform, diffId, config)
    const configBlob = { mediaType: ociConfig, digest: digestOf(configBytes), size: configBytes.length }
    await pushBytes(target, configBlob, configBytes, signal)
    const manifest = writeManifest({ config: configBlob, layers: [...image.layers, layer] })
    return answer(await target.putManifest(tag, ociManifest, manifest.bytes, signal), true)
  }
  /** What a digest stands for never changes. */
  const known = new Map<string, ImageFacts>()
  return {
    inspect: (image, platform, access, signal) =>
      withRegistries(access, async to => {
        const reference = parseReference(image, 'image')
        const from = openRepository(reference.registry, reference.repository, to)
        const digest = await digestIn(from, reference, signal)
        const key = `${platform} ${digest}`
        const facts = known.get(key)
        if (facts !== undefined) return facts
        const { config } = await readBaseImage(from, digest, platform, signal)
        const found = { digest, environment: environmentOf(config) }
        known.set(key, found)
        return found
      }),
    read: (image, isWanted, access, signal) =>
      withRegistries(access, async to => {
        const reference = parseReference(image, 'image')
        const from = openRepository(reference.registry, reference.repository, to)
        return readTopLayer(from, await digestIn(from, reference, signal), isWanted, signal)
      }),
    build: (request, signal, onProgress) =>
      withRegistries(request.access ?? {}, to => build(to, request, signal, onProgress)),
  }
}

/** What a reference stands for now. */
async function digestIn(
  from: Repository,
  { digest, tag = 'latest' }: ImageReference,
  signal: AbortSignal,
): Promise<string> {
  const found = digest ?? (await from.find(tag, signal))
  if (found === undefined) throw unknownImage(from, tag)
  return found
}

/** Names an image by all that decides what is in it. */
function tagOf({ platform, config }: ImageRequest, baseDigest: string, diffId: string): string {
  const { entrypoint, command, environment = {}, user, workingFolder, labels = {} } = config
  const decisive = [
    ...[formatOfImages, baseDigest, platform, diffId, entrypoint, command ?? null, sorted(environment)],
    ...[user ?? null, workingFolder ?? null, sorted(labels)],
  ]
  return `hks-${createHash('sha256').update(JSON.stringify(decisive)).digest('hex').slice(0, tagLength)}`
}

async function pushBytes(target: Repository, blob: Descriptor, bytes: Buffer, signal: AbortSignal): Promise<void> {
  if (await target.hasBlob(blob.digest, signal)) return
  const open = (from: number, end: number) => Readable.from([bytes.subarray(from, end)], { objectMode: false })
  await target.uploadBlob({ ...blob, open }, signal, () => undefined)
}

/** Tells progress when a whole percent has changed. */
function progressOf(
  phase: ImageProgress['phase'],
  totalBytes: number,
  onProgress: (progress: ImageProgress) => void,
): (bytes: number) => void {
  let told = -1
  return bytes => {
    const completedBytes = Math.min(bytes, totalBytes)
    const percent = totalBytes === 0 ? 100 : Math.floor((completedBytes / totalBytes) * 100)
    if (percent === told) return
    told = percent
    onProgress({ phase, completedBytes, totalBytes })
  }
}

const sumOf = (layers: readonly Descriptor[]): number =>
  [...new Map(layers.map(({ digest, size }) => [digest, size])).values()].reduce((sum, size) => sum + size, 0)

const sizeOf = (files: ImageRequest['files']): number =>
  files.reduce((sum, file) => sum + ('size' in file ? file.size : 0), 0)

const unknownImage = ({ registry, name }: Repository, tag: string) =>
  registryFailed(registry, 'unknownImage', `The registry ${registry} has no ${registry}/${name}:${tag}.`, {
    hint: 'Look at its name and tag.',
  })
