import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-stream'
import type { SourceFile } from '../../../../base/canonicalTar.ts'
import { parseManifest } from './manifest.ts'
import { registryFailed } from './registryError.ts'
import type { Repository } from './registry.ts'

/** Plain files of the topmost layer of an image that has one manifest; what is not wanted is never in memory. */
export async function readTopLayer(
  repository: Repository,
  digest: string,
  isWanted: (path: string) => boolean,
  signal: AbortSignal,
): Promise<readonly SourceFile[]> {
  const raw = await repository.manifest(digest, signal)
  const manifest = parseManifest(raw.bytes, raw.mediaType)
  const layer = 'layers' in manifest ? manifest.layers.at(-1) : undefined
  if (layer === undefined) {
    const { registry, name } = repository
    throw registryFailed(registry, 'protocol', `The image ${registry}/${name}@${digest} has no layer of its own.`, {
      hint: 'Deploy the function again.',
    })
  }
  const files: SourceFile[] = []
  const entries = extract()
  const reading = (async () => {
    for await (const entry of entries) {
      const { name, type, mode = 0 } = entry.header
      const chunks: Uint8Array[] = []
      const isKept = type === 'file' && isWanted(name)
      for await (const chunk of entry as AsyncIterable<Uint8Array>) if (isKept) chunks.push(chunk)
      if (isKept) files.push({ path: name, executable: (mode & 0o111) !== 0, data: Buffer.concat(chunks) })
    }
  })()
  await Promise.all([reading, pipeline(repository.readBlob(layer, 0, signal), createGunzip(), entries, { signal })])
  return files
}
