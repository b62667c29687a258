import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { writeCanonicalTar } from '../../../../../src/base/canonicalTar.ts'
import type { HksError } from '../../../../../src/contract/errors.ts'
import {
  type Fault,
  type ImageRegistry,
  openImageRegistry,
  type SeenRequest,
} from '../../../../support/imageRegistry.ts'
import { type ImageRig, oneFile, openImageRig } from '../../../../support/imageRig.ts'

const MB = 1_000_000
/** Above what is sent with one request. */
const large = oneFile('large.bin', randomBytes(6 * MB))
const requestOf = ({ host }: ImageRegistry) => ({ base: `${host}/node:1`, repository: `${host}/f`, files: large })

/** The first requests that match get these faults, one each. */
function faults(registry: ImageRegistry, matches: (request: SeenRequest) => boolean, ...list: readonly Fault[]): void {
  const left = [...list]
  registry.fault = request => (matches(request) ? left.shift() : undefined)
}

const isPatch = ({ method }: SeenRequest) => method === 'PATCH'
const isAny = () => true

async function refusal(work: Promise<unknown>): Promise<HksError> {
  const error = await work.then(
    () => assert.fail('it was not refused'),
    (error: unknown) => error as HksError,
  )
  assert.equal(error.code, 'REGISTRY_FAILED', error.stack)
  return error
}

const reasonOf = async (work: Promise<unknown>) => (await refusal(work)).details?.['reason']

/** What is there can be pulled. */
async function assertWhole(rig: ImageRig, registry: ImageRegistry): Promise<void> {
  const { digest } = await rig.build(requestOf(registry))
  const { layers } = JSON.parse(registry.manifests.get(`f@${digest}`)!.bytes.toString()) as {
    layers: { digest: string; size: number }[]
  }
  for (const layer of layers) assert.equal(registry.blobs.get(`f@${layer.digest}`)?.length, layer.size)
}

describe('an upload', () => {
  it('goes on where the registry says that it is when it was cut', async () => {
    await using registry = await openImageRegistry()
    registry.publish('node', '1', {})
    using rig = openImageRig()
    faults(registry, isPatch, { cutAfter: 2 * MB }, { cutAfter: 1 * MB })
    await assertWhole(rig, registry)
    const ranges = registry.seen.filter(isPatch).map(({ contentRange }) => contentRange)
    assert.equal(ranges[0], undefined)
    assert.deepEqual(
      ranges.slice(1).map(range => Number(range?.split('-')[0])),
      [2 * MB, 3 * MB],
    )
    assert.ok(registry.uploadedBytes < 6.1 * MB, `${registry.uploadedBytes} bytes`)
  })

  it('begins again when the registry does not say', async () => {
    await using registry = await openImageRegistry({ cannotResume: true })
    registry.publish('node', '1', {})
    using rig = openImageRig()
    faults(registry, isPatch, { cutAfter: 2 * MB })
    await assertWhole(rig, registry)
    assert.ok(registry.uploadedBytes > 8 * MB)
  })

  it('begins again when the registry has forgotten it', async () => {
    await using registry = await openImageRegistry()
    registry.publish('node', '1', {})
    using rig = openImageRig()
    faults(registry, isPatch, { status: 404, body: '{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN"}]}' })
    await assertWhole(rig, registry)
  })

  it('comes in pieces when a proxy takes no large body', async () => {
    await using registry = await openImageRegistry()
    registry.publish('node', '1', {})
    using rig = openImageRig()
    const files = oneFile('large.bin', randomBytes(20 * MB))
    faults(registry, isPatch, { status: 413, body: '<html>nginx</html>' })
    await rig.build({ ...requestOf(registry), files })
    const ranges = registry.seen.filter(isPatch).map(({ contentRange }) => contentRange?.split('-').map(Number))
    assert.deepEqual(ranges[1], [0, 16 * 1024 * 1024 - 1])
    assert.equal(ranges[2]?.[0], 16 * 1024 * 1024)
  })

  it('comes in pieces when a proxy cuts a large body in place of an answer', async () => {
    await using registry = await openImageRegistry({ cannotResume: true })
    registry.publish('node', '1', {})
    using rig = openImageRig()
    const files = oneFile('large.bin', randomBytes(20 * MB))
    faults(registry, isPatch, { cutAfter: MB }, { cutAfter: MB })
    await rig.build({ ...requestOf(registry), files })
    const ranges = registry.seen.filter(isPatch).map(({ contentRange }) => contentRange?.split('-').map(Number))
    assert.deepEqual(
      ranges.slice(2).map(range => range?.[0]),
      [0, 16 * 1024 * 1024],
    )
  })

  it('is not sent again when only its answer was lost', async () => {
    await using registry = await openImageRegistry()
    registry.publish('node', '1', {})
    using rig = openImageRig()
    faults(registry, ({ method, path }) => method === 'PUT' && path.includes('/uploads/'), { cutAnswerAfter: 0 })
    await rig.build(requestOf(registry))
    assert.ok(registry.uploadedBytes < 6.1 * MB, `${registry.uploadedBytes} bytes`)
  })

  it('is given up when it is cut each time, with a clear word, and nothing is left of it', async () => {
    await using registry = await openImageRegistry({ cannotResume: true })
    registry.publish('node', '1', {})
    using rig = openImageRig()
    registry.fault = request => (isPatch(request) ? { cutAfter: 1000 } : undefined)
    const error = await refusal(rig.build(requestOf(registry)))
    assert.equal(error.details?.['reason'], 'cut')
    assert.match(error.message, /broke again and again/)
    assert.equal(registry.manifests.size, 2)
  })

  it('ends at once when it is cancelled', async () => {
    await using registry = await openImageRegistry()
    registry.publish('node', '1', {})
    using rig = openImageRig()
    const stop = new AbortController()
    registry.fault = request => {
      if (!isPatch(request)) return undefined
      stop.abort(new Error('enough'))
      return 'hang'
    }
    await assert.rejects(rig.build(requestOf(registry), stop.signal), /enough/)
  })
})

describe('a registry', () => {
  it('that has too many requests, or fails, is asked again after a while', async () => {
    await using registry = await openImageRegistry()
    registry.publish('node', '1', {})
    using rig = openImageRig()
    let count = 0
    const passing: readonly Fault[] = [
      { status: 429, headers: { 'retry-after': '0' } },
      { status: 503 },
      { cutAnswerAfter: 0 },
    ]
    registry.fault = () => (count++ % 3 === 0 ? passing[Math.floor(count / 3) % passing.length] : undefined)
    await assertWhole(rig, registry)
  })

  it('waits as long as it asks for', async () => {
    await using registry = await openImageRegistry()
    registry.publish('node', '1', {})
    using rig = openImageRig()
    faults(registry, isAny, { status: 429, headers: { 'retry-after': '1' } })
    const begun = performance.now()
    await rig.build(requestOf(registry))
    assert.ok(performance.now() - begun >= 990)
  })

  const always: readonly (readonly [string, Fault, string, RegExp])[] = [
    [
      'that has too many requests all the time',
      { status: 429, body: '{"errors":[{"code":"TOOMANYREQUESTS","message":"pull rate limit"}]}' },
      'rateLimited',
      /too many requests: HTTP 429/,
    ],
    [
      'that wants to be left alone for an hour',
      { status: 429, headers: { 'retry-after': '3600' } },
      'rateLimited',
      /too many requests/,
    ],
    ['that fails all the time', { status: 500 }, 'cut', /failed again and again: HTTP 500/],
    [
      'that forbids',
      { status: 403, body: '{"errors":[{"code":"DENIED","message":"requested access is denied"}]}' },
      'denied',
      /requested access is denied/,
    ],
    ['that is none', { status: 418, body: 'tea' }, 'protocol', /HTTP 418/],
    [
      'that redirects in a circle',
      { status: 307, headers: { location: '/v2/' } },
      'protocol',
      /redirects more than 5 times/,
    ],
  ]
  for (const [what, fault, reason, words] of always) {
    it(`${what} is named with the reason ${reason}`, async () => {
      await using registry = await openImageRegistry()
      using rig = openImageRig()
      registry.fault = () => fault
      const error = await refusal(rig.build(requestOf(registry)))
      assert.deepEqual([error.details?.['reason'], error.details?.['registry']], [reason, registry.host])
      assert.match(error.message, words)
      assert.ok(error.hint)
    })
  }

  it('that answers no HEAD for manifests is asked with GET', async () => {
    await using registry = await openImageRegistry()
    registry.publish('node', '1', {})
    using rig = openImageRig()
    registry.fault = ({ method, path }) =>
      method === 'HEAD' && path.includes('/manifests/') ? { status: 405 } : undefined
    await assertWhole(rig, registry)
    assert.equal((await rig.build(requestOf(registry))).pushed, false)
  })

  it('that is not there is unreachable', async () => {
    const registry = await openImageRegistry()
    await registry[Symbol.asyncDispose]()
    using rig = openImageRig()
    const error = await refusal(rig.build(requestOf(registry)))
    assert.equal(error.details?.['reason'], 'unreachable')
    assert.match(error.message, /can not be reached: .*ECONNREFUSED/)
  })

  it('whose name nobody knows is unreachable at once', async () => {
    using rig = openImageRig()
    const name = 'registry.invalid'
    assert.equal(await reasonOf(rig.build({ base: `${name}/a`, repository: `${name}/f` })), 'unreachable')
  })

  it('on which nothing moves is cut', async () => {
    await using registry = await openImageRegistry()
    using rig = openImageRig({}, { idleMs: 50, retries: { retries: 1, firstDelayMs: 1 } })
    registry.fault = () => 'hang'
    const error = await refusal(rig.build(requestOf(registry)))
    assert.equal(error.details?.['reason'], 'cut')
    assert.match(error.message, /nothing was sent or received/)
  })

  it('has no such image, tag or digest', async () => {
    await using registry = await openImageRegistry()
    registry.publish('node', '1', {})
    using rig = openImageRig()
    for (const base of ['other:1', 'node:2', `node@sha256:${'0'.repeat(64)}`]) {
      const error = await refusal(rig.build({ ...requestOf(registry), base: `${registry.host}/${base}` }))
      assert.equal(error.details?.['reason'], 'unknownImage')
      assert.ok(error.message.includes(base), error.message)
    }
  })

  for (const platforms of [['linux/amd64'], ['linux/amd64', 'windows/amd64', 'unknown/unknown']]) {
    it(`says for which platforms an image is there (${platforms.length})`, async () => {
      await using registry = await openImageRegistry()
      registry.publish('node', '1', { platforms })
      using rig = openImageRig()
      const error = await refusal(rig.build({ ...requestOf(registry), platform: 'linux/arm64' }))
      const known = platforms.filter(platform => !platform.startsWith('unknown'))
      assert.deepEqual(error.details, {
        registry: registry.host,
        reason: 'unknownPlatform',
        platform: 'linux/arm64',
        platforms: known,
      })
    })
  }

  it('that takes no push says so', async () => {
    await using registry = await openImageRegistry()
    registry.publish('node', '1', {})
    using rig = openImageRig()
    const body = '{"errors":[{"code":"NAME_UNKNOWN","message":"The repository with name f does not exist"}]}'
    registry.fault = ({ method }) => (method === 'POST' ? { status: 404, body } : undefined)
    const error = await refusal(rig.build(requestOf(registry)))
    assert.equal(error.details?.['reason'], 'denied')
    assert.match(error.message, /does not take 127\.0\.0\.1:\d+\/f: HTTP 404, The repository/)
  })
})

describe('a blob', () => {
  const tar = writeCanonicalTar([{ path: 'etc/large', executable: false, data: randomBytes(3 * MB) }])

  it('is read on from where it was cut', async () => {
    await using source = await openImageRegistry()
    await using registry = await openImageRegistry()
    const { layers } = source.publish('node', '1', { layers: [tar] })
    using rig = openImageRig()
    faults(source, ({ path }) => path.includes(layers[0]!), { cutAnswerAfter: MB }, { cutAnswerAfter: 1 })
    await rig.build({ base: `${source.host}/node:1`, repository: `${registry.host}/f` })
    assert.deepEqual(registry.blobs.get(`f@${layers[0]}`), source.blobs.get(`node@${layers[0]}`))
  })

  it('that is read while it is sent survives a cut of the other side', async () => {
    await using source = await openImageRegistry()
    await using registry = await openImageRegistry()
    const data = writeCanonicalTar([{ path: 'etc/large', executable: false, data: randomBytes(20 * MB) }])
    const { layers } = source.publish('node', '1', { layers: [data] })
    using rig = openImageRig()
    faults(registry, isPatch, { cutAfter: MB }, { status: 413 })
    await rig.build({ base: `${source.host}/node:1`, repository: `${registry.host}/f` })
    assert.deepEqual(registry.blobs.get(`f@${layers[0]}`), source.blobs.get(`node@${layers[0]}`))
  })

  for (const [what, spoil] of [
    ['other bytes', (bytes: Buffer) => Buffer.from(bytes).fill(0, 10, 20)],
    ['too many bytes', (bytes: Buffer) => Buffer.concat([bytes, bytes])],
  ] as const) {
    it(`with ${what} is refused, and no image is made`, async () => {
      await using source = await openImageRegistry()
      await using registry = await openImageRegistry()
      const { layers } = source.publish('node', '1', {})
      const key = `node@${layers[0]}`
      source.blobs.set(key, spoil(source.blobs.get(key)!))
      using rig = openImageRig()
      const error = await refusal(rig.build({ base: `${source.host}/node:1`, repository: `${registry.host}/f` }))
      assert.deepEqual([error.details?.['reason'], error.details?.['registry']], ['digest', source.host])
      assert.equal(registry.manifests.size, 0)
    })
  }

  it('is not asked for with a login of another host that it is redirected to', async () => {
    await using source = await openImageRegistry({ login: { kind: 'basic', username: 'ada', password: 'x' } })
    await using registry = await openImageRegistry()
    const { layers } = source.publish('node', '1', {})
    const headers: (string | undefined)[] = []
    const store = createServer((request, response) => {
      headers.push(request.headers.authorization)
      response.end(source.blobs.get(`node@${layers[0]}`))
    }).listen(0, '127.0.0.1')
    await once(store, 'listening')
    try {
      using rig = openImageRig()
      const location = `http://127.0.0.1:${(store.address() as AddressInfo).port}/blob`
      source.fault = ({ path }) => (path.includes(layers[0]!) ? { status: 307, headers: { location } } : undefined)
      await rig.build({
        base: `${source.host}/node:1`,
        repository: `${registry.host}/f`,
        access: { credentials: { [source.host]: { username: 'ada', password: 'x' } } },
      })
      assert.deepEqual(headers, [undefined])
      assert.ok(source.seen.some(({ authorization }) => authorization?.startsWith('Basic ')))
    } finally {
      store.close()
    }
  })
})

describe('a manifest', () => {
  it('with another digest than was asked for is refused', async () => {
    await using registry = await openImageRegistry()
    const { digest } = registry.publish('node', '1', {})
    const found = registry.manifests.get(`node@${digest}`)!
    registry.manifests.set(`node@${digest}`, { ...found, bytes: Buffer.from(`${found.bytes.toString()} `) })
    using rig = openImageRig()
    assert.equal(
      await reasonOf(rig.build({ ...requestOf(registry), base: `${registry.host}/node@${digest}` })),
      'digest',
    )
  })

  it('of the old form is refused with words', async () => {
    await using registry = await openImageRegistry()
    const bytes = Buffer.from('{"schemaVersion":1,"fsLayers":[]}')
    registry.manifests.set('node:1', { bytes, mediaType: 'application/vnd.docker.distribution.manifest.v1+prettyjws' })
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
    registry.manifests.set(`node@${digest}`, registry.manifests.get('node:1')!)
    using rig = openImageRig()
    const error = await refusal(rig.build(requestOf(registry)))
    assert.equal(error.details?.['reason'], 'protocol')
    assert.match(error.message, /v1\+prettyjws can not be read/)
  })
})
