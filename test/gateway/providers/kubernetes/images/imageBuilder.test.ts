import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { readTar } from '../../../../../src/base/readTar.ts'
import { writeCanonicalTar } from '../../../../../src/base/canonicalTar.ts'
import { type ImageRegistry, openImageRegistry, smallLayer } from '../../../../support/imageRegistry.ts'
import { oneFile, openImageRig } from '../../../../support/imageRig.ts'

interface Manifest {
  readonly mediaType: string
  readonly config: { readonly digest: string; readonly mediaType: string }
  readonly layers: readonly { readonly digest: string; readonly mediaType: string; readonly size: number }[]
}

const manifestOf = (registry: ImageRegistry, key: string) =>
  JSON.parse(registry.manifests.get(key)!.bytes.toString()) as Manifest
const configOf = (registry: ImageRegistry, repository: string, { config }: Manifest) =>
  JSON.parse(registry.blobs.get(`${repository}@${config.digest}`)!.toString()) as Record<string, unknown>
const tar = (path: string) => writeCanonicalTar([{ path, executable: false, data: Buffer.from(path) }])
const verbs = (registry: ImageRegistry) =>
  registry.seen.map(({ method, path }) => `${method} ${path.split('/').at(-2)}`)

describe('an image that is built without a container tool', () => {
  it('is the base with one layer more, by the digest that a pod names', async () => {
    await using registry = await openImageRegistry()
    using rig = openImageRig()
    const base = registry.publish('library/node', '24', { layers: [tar('etc/a'), tar('etc/b')] })
    const built = await rig.build({ base: `${registry.host}/library/node:24`, repository: `${registry.host}/team/f` })
    assert.equal(built.reference, `${registry.host}/team/f@${built.digest}`)
    assert.equal(built.pushed, true)
    const manifest = manifestOf(registry, `team/f@${built.digest}`)
    assert.equal(manifest.mediaType, 'application/vnd.oci.image.manifest.v1+json')
    assert.deepEqual(
      manifest.layers.slice(0, 2).map(({ digest }) => digest),
      base.layers,
    )
    const layer = gunzipSync(registry.blobs.get(`team/f@${manifest.layers[2]!.digest}`)!)
    const [file] = readTar(layer, { maxEntries: 10, maxBytes: 1000 })
    assert.deepEqual([file?.path, Buffer.from(file!.data).toString()], ['function/main.mjs', 'console.log(1)'])
    for (const { digest } of [manifest.config, ...manifest.layers]) assert.ok(registry.blobs.has(`team/f@${digest}`))
  })

  it('has the config of its base with what is asked for', async () => {
    await using registry = await openImageRegistry()
    using rig = openImageRig()
    const inner = {
      Env: ['PATH=/bin', 'NODE_VERSION=24', 'A=1'],
      Cmd: ['node'],
      WorkingDir: '/',
      User: 'root',
      Labels: { x: '1' },
      StopSignal: 'SIGINT',
    }
    registry.publish('node', '1', {
      config: {
        created: '2026-01-02T03:04:05Z',
        config: inner,
        history: [{ created_by: 'base' }],
        container_config: { Cmd: ['sh'] },
      },
    })
    const built = await rig.build({
      base: `${registry.host}/node:1`,
      repository: `${registry.host}/f`,
      config: {
        entrypoint: ['/bin/node', 'x'],
        command: ['--http'],
        environment: { B: '2', A: '3' },
        user: '65532:65532',
        workingFolder: '/function',
        labels: { y: '2' },
      },
    })
    const config = configOf(registry, 'f', manifestOf(registry, `f@${built.digest}`))
    assert.deepEqual(config['config'], {
      Env: ['PATH=/bin', 'NODE_VERSION=24', 'A=3', 'B=2'],
      WorkingDir: '/function',
      User: '65532:65532',
      Labels: { x: '1', y: '2' },
      StopSignal: 'SIGINT',
      Entrypoint: ['/bin/node', 'x'],
      Cmd: ['--http'],
    })
    assert.equal(config['created'], '2026-01-02T03:04:05Z')
    assert.equal('container_config' in config, false)
    assert.equal((config['rootfs'] as { diff_ids: string[] }).diff_ids.length, 2)
    assert.equal((config['history'] as unknown[]).length, 2)
  })

  it('is built once: the next time one request finds it', async () => {
    await using registry = await openImageRegistry()
    using rig = openImageRig()
    registry.publish('node', '1', {})
    const request = { base: `${registry.host}/node:1`, repository: `${registry.host}/f` }
    const first = await rig.build(request)
    registry.seen.length = 0
    assert.deepEqual(await rig.build(request), { ...first, pushed: false })
    assert.deepEqual(verbs(registry), ['HEAD manifests', 'HEAD manifests'])
    assert.deepEqual(readdirSync(rig.workFolder), [])
  })

  it('is another one for another base, platform, file or config', async () => {
    await using registry = await openImageRegistry()
    using rig = openImageRig()
    const both = ['linux/amd64', 'linux/arm64']
    registry.publish('node', '1', { platforms: both })
    registry.publish('node', '2', { platforms: both, layers: [tar('etc/other')] })
    const request = { base: `${registry.host}/node:1`, repository: `${registry.host}/f` }
    const changes = [
      {},
      { base: `${registry.host}/node:2` },
      { platform: 'linux/arm64' as const },
      { files: oneFile('main.mjs', 'console.log(2)') },
      { files: oneFile('main.mjs', 'console.log(1)').map(file => ({ ...file, executable: true })) },
      { config: { entrypoint: ['node'] } },
      { config: { entrypoint: ['node', '/function/main.mjs'], environment: { A: '1' } } },
    ]
    const digests = new Set<string>()
    for (const change of changes) digests.add((await rig.build({ ...request, ...change })).digest)
    assert.equal(digests.size, changes.length)
  })

  it('has the same digest in whatever order files and variables are named', async () => {
    await using registry = await openImageRegistry()
    using rig = openImageRig()
    registry.publish('node', '1', {})
    const request = { base: `${registry.host}/node:1`, repository: `${registry.host}/f` }
    const files = [...oneFile('a', '1'), ...oneFile('b', '2')]
    const one = await rig.build({ ...request, files, config: { entrypoint: ['x'], environment: { A: '1', B: '2' } } })
    registry.manifests.delete(`f@${one.digest}`)
    for (const key of registry.manifests.keys()) if (key.startsWith('f:')) registry.manifests.delete(key)
    const config = { entrypoint: ['x'], environment: { B: '2', A: '1' } }
    const two = await rig.build({ ...request, files: files.toReversed(), config })
    assert.deepEqual(two, one)
  })

  it('takes the image of the platform out of an index, in Docker’s format too', async () => {
    await using registry = await openImageRegistry()
    using rig = openImageRig()
    registry.publish('node', '1', { platforms: ['linux/386', 'linux/arm64', 'unknown/unknown'], format: 'docker' })
    const built = await rig.build({
      base: `${registry.host}/node:1`,
      platform: 'linux/arm64',
      repository: `${registry.host}/f`,
    })
    const manifest = manifestOf(registry, `f@${built.digest}`)
    assert.equal(configOf(registry, 'f', manifest)['architecture'], 'arm64')
    assert.deepEqual(
      [manifest.config, ...manifest.layers].map(({ mediaType }) => mediaType),
      [
        'application/vnd.oci.image.config.v1+json',
        ...Array<string>(2).fill('application/vnd.oci.image.layer.v1.tar+gzip'),
      ],
    )
  })

  it('has the blobs of its base mounted within a registry', async () => {
    await using registry = await openImageRegistry()
    using rig = openImageRig()
    const base = registry.publish('node', '1', { layers: [tar('etc/a'), tar('etc/b')] })
    await rig.build({ base: `${registry.host}/node@${base.digest}`, repository: `${registry.host}/f` })
    const posts = registry.seen.filter(({ method }) => method === 'POST').map(({ path }) => path)
    assert.deepEqual(
      posts.filter(path => path.includes('mount')).sort(),
      base.layers.map(digest => `/v2/f/blobs/uploads/?mount=${encodeURIComponent(digest)}&from=node`).sort(),
    )
    // The layer and the config.
    assert.equal(posts.length, base.layers.length + 2)
  })

  it('gets copies of them where nothing is mounted, and leaves no upload behind', async () => {
    await using registry = await openImageRegistry({ cannotMount: true })
    using rig = openImageRig()
    const { layers } = registry.publish('node', '1', {})
    await rig.build({ base: `${registry.host}/node:1`, repository: `${registry.host}/f` })
    assert.ok(registry.blobs.has(`f@${layers[0]}`))
    assert.equal(registry.seen.filter(({ method }) => method === 'DELETE').length, 1)
  })

  it('gets copies of them from another registry, each once', async () => {
    await using source = await openImageRegistry()
    await using registry = await openImageRegistry()
    using rig = openImageRig()
    const { layers } = source.publish('node', '1', { layers: [tar('etc/a'), tar('etc/b'), tar('etc/a')] })
    const request = { base: `${source.host}/node:1`, repository: `${registry.host}/f` }
    const built = await rig.build(request)
    for (const digest of layers) {
      assert.deepEqual(registry.blobs.get(`f@${digest}`), source.blobs.get(`node@${digest}`))
    }
    assert.equal(source.seen.filter(({ path }) => path.includes('/blobs/')).length, 3)
    assert.equal(manifestOf(registry, `f@${built.digest}`).layers.length, 4)
    source.seen.length = 0
    await rig.build({ ...request, files: oneFile('main.mjs', 'other') })
    const fetched = source.seen.filter(
      ({ method, path }) => method === 'GET' && layers.some(digest => path.includes(digest)),
    )
    assert.deepEqual(fetched, [])
  })

  it('can be looked at before', async () => {
    await using registry = await openImageRegistry()
    using rig = openImageRig()
    const { digest } = registry.publish('python', '3-slim', {
      platforms: ['linux/amd64', 'linux/arm64'],
      config: { config: { Env: ['PATH=/bin', 'PYTHON_VERSION=3.14.2', 'A=b=c'] } },
    })
    const facts = await rig.inspect(`${registry.host}/python:3-slim`, 'linux/arm64', {}, new AbortController().signal)
    assert.deepEqual(facts, { digest, environment: { PATH: '/bin', PYTHON_VERSION: '3.14.2', A: 'b=c' } })
  })

  it('says how far it has come, up to the last byte', async () => {
    await using source = await openImageRegistry()
    await using registry = await openImageRegistry()
    using rig = openImageRig()
    source.publish('node', '1', {})
    await rig.build({ base: `${source.host}/node:1`, repository: `${registry.host}/f` })
    for (const phase of ['copying', 'packing', 'uploading']) {
      const last = rig.progress.findLast(one => one.phase === phase)
      assert.ok(last && last.completedBytes === last.totalBytes && last.totalBytes > 0, phase)
    }
  })

  it('leaves no file behind, nor what was left by one that was killed', async () => {
    await using registry = await openImageRegistry()
    registry.publish('node', '1', {})
    using rig = openImageRig()
    mkdirSync(rig.workFolder)
    writeFileSync(`${rig.workFolder}/left`, 'x')
    await rig.build({ base: `${registry.host}/node:1`, repository: `${registry.host}/f` })
    assert.ok(existsSync(rig.workFolder))
    assert.deepEqual(readdirSync(rig.workFolder), [])
  })

  it('keeps layers of its base that are not compressed as they are', async () => {
    await using registry = await openImageRegistry()
    using rig = openImageRig()
    const { diffId } = smallLayer('etc/base', 'base')
    registry.publish('node', '1', {})
    const manifest = manifestOf(registry, 'node:1')
    const plain = gunzipSync(registry.blobs.get(`node@${manifest.layers[0]!.digest}`)!)
    registry.blobs.set(`node@${diffId}`, plain)
    const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: diffId, size: plain.length }
    const bytes = Buffer.from(JSON.stringify({ ...manifest, layers: [layer] }))
    registry.manifests.set('node:1', { bytes, mediaType: manifest.mediaType })
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
    registry.manifests.set(`node@${digest}`, { bytes, mediaType: manifest.mediaType })
    const built = await rig.build({ base: `${registry.host}/node:1`, repository: `${registry.host}/f` })
    assert.deepEqual(manifestOf(registry, `f@${built.digest}`).layers[0], layer)
  })
})
