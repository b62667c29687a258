import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { HksError } from '../../../../contract/errors.ts'
import type { Descriptor } from './digest.ts'
import type { LayerEntry } from './image.ts'
import { tarOf } from './layerTar.ts'
import { ociLayer } from './manifest.ts'

/** What is written for the system in a gzip header when it is not told (RFC 1952, section 2.3). */
const unknownSystem = 255
const systemAt = 9

/**
 * The digest of a layer before it is compressed, which an image config calls its `diff_id`: it says what is in the layer
 * whatever machine packs it.
 * @throws HksError INVALID_SOURCE, `signal.reason`
 */
export async function diffIdOf(entries: readonly LayerEntry[], signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of tarOf(entries)) {
    signal.throwIfAborted()
    hash.update(chunk)
  }
  return `sha256:${hash.digest('hex')}`
}

/**
 * Writes a layer to a file, compressed without time and system. Answers what a manifest says of it.
 * @throws HksError INVALID_SOURCE when it is not what `diffId` promises, DEPLOY_FAILED on a full disk; `signal.reason`
 */
export async function packLayer(
  entries: readonly LayerEntry[],
  diffId: string,
  file: string,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<Descriptor> {
  const [content, packed] = [createHash('sha256'), createHash('sha256')]
  let [read, size] = [0, 0]
  const counted = async function* () {
    for await (const chunk of tarOf(entries)) {
      content.update(chunk)
      read += chunk.length
      onBytes(read)
      yield chunk
    }
  }
  const finished = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      // Zlib writes the whole header at once.
      if (size === 0) chunk[systemAt] = unknownSystem
      size += chunk.length
      packed.update(chunk)
      yield chunk
    }
  }
  try {
    const tar = Readable.from(counted(), { objectMode: false })
    await pipeline(tar, createGzip({ level: 6 }), finished, createWriteStream(file, { mode: 0o600 }), { signal })
  } catch (error) {
    signal.throwIfAborted()
    throw (error as NodeJS.ErrnoException).code === 'ENOSPC' ? noSpace(error) : error
  }
  if (`sha256:${content.digest('hex')}` !== diffId) {
    throw new HksError('INVALID_SOURCE', 'source: A file changed while it was packed.', {
      details: { field: 'source' },
      hint: 'Nothing was replaced. Deploy again.',
    })
  }
  return { mediaType: ociLayer, digest: `sha256:${packed.digest('hex')}`, size }
}

const noSpace = (cause: unknown) =>
  new HksError('DEPLOY_FAILED', 'The disk of the data folder is full: there is no room to pack an image.', {
    details: { reason: 'noSpace' },
    hint: 'Free space on the disk of the data folder, then deploy again.',
    cause,
  })
