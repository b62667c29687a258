import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { openImageRegistry } from '../../../../support/imageRegistry.ts'
import { openImageRig } from '../../../../support/imageRig.ts'

const MB = 1_000_000
const largeBytes = 200 * MB
/** Well below what goes through: both registries are in this process, and memory is given back late. */
const mostMemoryBytes = 160 * MB

/** How much more memory the process takes at most while something is done. */
async function growthOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage().rss
  let most = before
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss)
  }, 20)
  try {
    await work()
  } finally {
    clearInterval(timer)
  }
  return most - before
}

describe('an image of 200 MB', function () {
  this.timeout(120_000)

  it('is packed and sent in little memory', async () => {
    await using registry = await openImageRegistry({ forgets: true })
    registry.publish('node', '1', {})
    using rig = openImageRig()
    const file = join(rig.folder, 'large')
    await using handle = await open(file, 'w')
    // The rest is zeros, which are soon compressed.
    for (let at = 0; at < largeBytes; at += 10 * MB) await handle.write(randomBytes(2 * MB), 0, 2 * MB, at)
    await handle.truncate(largeBytes)
    const files = [{ path: 'large', executable: false, size: largeBytes, open: () => createReadStream(file) }]
    const grown = await growthOf(() =>
      rig.build({ base: `${registry.host}/node:1`, repository: `${registry.host}/f`, files }),
    )
    assert.ok(registry.uploadedBytes > 40 * MB)
    assert.ok(grown < mostMemoryBytes, `${grown / MB} MB more`)
  })

  it('is copied from one registry to another in little memory', async () => {
    await using source = await openImageRegistry()
    await using registry = await openImageRegistry({ forgets: true })
    source.publish('node', '1', {})
    // Not a layer that could be unpacked, but as large as one.
    const blob = Buffer.alloc(largeBytes, randomBytes(MB))
    const digest = `sha256:${createHash('sha256').update(blob).digest('hex')}`
    const manifest = JSON.parse(source.manifests.get('node:1')!.bytes.toString()) as {
      layers: { digest: string; size: number }[]
    }
    Object.assign(manifest.layers[0]!, { digest, size: blob.length })
    const bytes = Buffer.from(JSON.stringify(manifest))
    const stored = { bytes, mediaType: 'application/vnd.oci.image.manifest.v1+json' }
    source.blobs.set(`node@${digest}`, blob)
    source.manifests.set('node:1', stored)
    source.manifests.set(`node@sha256:${createHash('sha256').update(bytes).digest('hex')}`, stored)
    using rig = openImageRig()
    const grown = await growthOf(() => rig.build({ base: `${source.host}/node:1`, repository: `${registry.host}/f` }))
    assert.ok(registry.uploadedBytes > largeBytes)
    assert.ok(grown < mostMemoryBytes, `${grown / MB} MB more`)
  })
})
