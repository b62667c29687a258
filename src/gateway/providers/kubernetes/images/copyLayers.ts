import { Readable } from 'node:stream'
import type { Descriptor } from './digest.ts'
import type { Repository } from './registry.ts'

/** As many at once as a registry likes to serve. */
const mostAtOnce = 3

/**
 * Has the layers of the image below in the repository for the image: what is there stays, within one registry they are
 * mounted, else they are streamed from one to the other. `onBytes` hears how many bytes of all are there.
 * @throws HksError REGISTRY_FAILED, `signal.reason`
 */
export async function copyLayers(
  from: Repository,
  to: Repository,
  layers: readonly Descriptor[],
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const there = new Map<string, number>()
  const tell = (digest: string, bytes: number) => {
    there.set(digest, bytes)
    onBytes([...there.values()].reduce((sum, one) => sum + one, 0))
  }
  const failed = new AbortController()
  const both = AbortSignal.any([signal, failed.signal])
  // An image may have the same layer twice: the empty one.
  const waiting = new Map(layers.map(layer => [layer.digest, layer])).values()
  const work = async () => {
    for (const layer of waiting) {
      await copyLayer(from, to, layer, both, bytes => tell(layer.digest, bytes))
      tell(layer.digest, layer.size)
    }
  }
  const workers = Array.from({ length: mostAtOnce }, () =>
    work().catch((error: unknown) => {
      failed.abort(error)
      throw error
    }),
  )
  // Nothing goes on when this has ended.
  await Promise.allSettled(workers)
  signal.throwIfAborted()
  failed.signal.throwIfAborted()
}

async function copyLayer(
  from: Repository,
  to: Repository,
  layer: Descriptor,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const { digest, size } = layer
  if (await to.hasBlob(digest, signal)) return
  if (from.registry === to.registry && (await to.mountBlob(digest, from.name, signal))) return
  const open = (begin: number, end: number): Readable => {
    const rest = from.readBlob(layer, begin, signal)
    return end === size ? rest : Readable.from(first(rest, end - begin), { objectMode: false })
  }
  await to.uploadBlob({ digest, size, open }, signal, onBytes)
}

async function* first(chunks: AsyncIterable<Buffer>, count: number): AsyncGenerator<Buffer> {
  let left = count
  for await (const chunk of chunks) {
    yield chunk.subarray(0, left)
    left -= chunk.length
    if (left <= 0) return
  }
}
