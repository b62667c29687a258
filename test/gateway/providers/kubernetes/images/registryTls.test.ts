import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net'
import { join } from 'node:path'
import type { HksError } from '../../../../../src/contract/errors.ts'
import { openImageRegistry } from '../../../../support/imageRegistry.ts'
import { openImageRig } from '../../../../support/imageRig.ts'

const folder = join(import.meta.dirname, '../../../../fixtures/tls')
/** Signed by itself, for registry.test. */
const tls = { key: readFileSync(join(folder, 'key.pem'), 'utf8'), cert: readFileSync(join(folder, 'cert.pem'), 'utf8') }
const trusting = { certificateAuthorities: tls.cert }

/** A proxy that leads every tunnel to a port of this machine. */
async function openProxy(port: number) {
  const asked: (readonly [string | undefined, string | undefined])[] = []
  const sockets: Socket[] = []
  const server = createServer().listen(0, '127.0.0.1')
  server.on('connect', (request, socket) => {
    asked.push([request.url, request.headers['proxy-authorization']])
    if (request.url?.startsWith('refused.')) return socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    const inner = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      inner.pipe(socket).pipe(inner)
    })
    sockets.push(inner, socket as Socket)
    for (const one of [inner, socket]) one.on('error', () => undefined)
  })
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A server that takes connections and says nothing. */
async function openSilent(connected: () => void) {
  const sockets: Socket[] = []
  const server = createTcpServer(socket => {
    connected()
    sockets.push(socket.on('error', () => undefined))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

async function refusal(work: Promise<unknown>): Promise<HksError> {
  return work.then(
    () => assert.fail('it was not refused'),
    (error: unknown) => error as HksError,
  )
}

const request = { base: 'registry.test/node:1', repository: 'registry.test/f' }

describe('a registry over TLS', () => {
  it('is reached through the proxy of the environment, and trusted by the certificate of the connection', async () => {
    await using registry = await openImageRegistry({ tls })
    registry.publish('node', '1', {})
    await using proxy = await openProxy(registry.port)
    using rig = openImageRig({ HTTPS_PROXY: proxy.url.replace('//', '//ada:p%40ss@') })
    const built = await rig.build({ ...request, access: trusting })
    assert.equal(built.reference, `registry.test/f@${built.digest}`)
    assert.deepEqual(new Set(proxy.asked.map(([url]) => url)), new Set(['registry.test:443']))
    assert.equal(proxy.asked[0]?.[1], `Basic ${Buffer.from('ada:p@ss').toString('base64')}`)
  })

  it('that takes connections and says nothing is unreachable, and asked once', async () => {
    let connections = 0
    await using silent = await openSilent(() => connections++)
    await using proxy = await openProxy(silent.port)
    using rig = openImageRig({ HTTPS_PROXY: proxy.url }, { connectMs: 100 })
    const error = await refusal(rig.build({ ...request, access: trusting }))
    assert.deepEqual([error.code, error.details?.['reason'], connections], ['REGISTRY_FAILED', 'unreachable', 1])
    assert.match(error.message, /registry\.test has not answered for 0\.1 seconds/)
  })

  it('keeps a connection through a proxy for the next request', async () => {
    await using registry = await openImageRegistry({ tls })
    registry.publish('node', '1', {})
    await using proxy = await openProxy(registry.port)
    using rig = openImageRig({ https_proxy: proxy.url })
    await rig.build({ ...request, access: trusting })
    assert.ok(registry.seen.length > 8)
    assert.ok(proxy.asked.length < registry.seen.length / 2, `${proxy.asked.length} tunnels`)
  })

  it('that nobody vouches for is not trusted', async () => {
    await using registry = await openImageRegistry({ tls })
    await using proxy = await openProxy(registry.port)
    using rig = openImageRig({ HTTPS_PROXY: proxy.url })
    const error = await refusal(rig.build(request))
    assert.deepEqual([error.code, error.details?.['reason']], ['REGISTRY_FAILED', 'untrusted'])
    assert.match(error.message, /registry\.test can not be trusted: .*self[- ]signed/)
    assert.equal(registry.seen.length, 0)
  })

  it('whose certificate is of another name is not trusted', async () => {
    await using registry = await openImageRegistry({ tls })
    await using proxy = await openProxy(registry.port)
    using rig = openImageRig({ HTTPS_PROXY: proxy.url })
    const error = await refusal(rig.build({ ...request, base: 'other.test/node:1', access: trusting }))
    assert.equal(error.details?.['reason'], 'untrusted')
    assert.match(error.message, /other\.test/)
  })

  it('that speaks plain http is named with the way out', async () => {
    await using registry = await openImageRegistry()
    await using proxy = await openProxy(registry.port)
    using rig = openImageRig({ HTTPS_PROXY: proxy.url })
    const error = await refusal(rig.build(request))
    assert.equal(error.details?.['reason'], 'untrusted')
    assert.match(error.hint ?? '', /name registry\.test among the insecure registries/)
  })

  it('is sent blobs over TLS though it names an address without', async () => {
    await using registry = await openImageRegistry({ tls, namesPlainUploads: true })
    registry.publish('node', '1', {})
    await using proxy = await openProxy(registry.port)
    using rig = openImageRig({ HTTPS_PROXY: proxy.url })
    assert.equal((await rig.build({ ...request, access: trusting })).pushed, true)
  })

  it('is not spoken to in clear text because it redirects there', async () => {
    await using registry = await openImageRegistry({ tls })
    await using plain = await openImageRegistry()
    registry.fault = () => ({ status: 307, headers: { location: `http://${plain.host}/v2/node/manifests/1` } })
    await using proxy = await openProxy(registry.port)
    using rig = openImageRig({ HTTPS_PROXY: proxy.url })
    const error = await refusal(rig.build({ ...request, access: trusting }))
    assert.match(error.message, /redirects from https to http/)
    assert.equal(plain.seen.length, 0)
  })

  it('does not get a password because a server of tokens in clear text is named', async () => {
    await using registry = await openImageRegistry({ tls })
    await using plain = await openImageRegistry()
    const headers = { 'www-authenticate': `Bearer realm="http://${plain.host}/token",service="x"` }
    registry.fault = () => ({ status: 401, headers })
    await using proxy = await openProxy(registry.port)
    using rig = openImageRig({ HTTPS_PROXY: proxy.url })
    const credentials = { 'registry.test': { username: 'ada', password: 'x' } }
    const error = await refusal(rig.build({ ...request, access: { ...trusting, credentials } }))
    assert.equal(error.details?.['reason'], 'login')
    assert.equal(plain.seen.length, 0)
  })

  it('is not reached when the proxy refuses it', async () => {
    await using registry = await openImageRegistry({ tls })
    await using proxy = await openProxy(registry.port)
    using rig = openImageRig({ HTTPS_PROXY: proxy.url })
    const error = await refusal(rig.build({ ...request, base: 'refused.test/a' }))
    assert.equal(error.code, 'REGISTRY_FAILED')
    assert.match(error.message, /the proxy 127\.0\.0\.1:\d+ refuses refused\.test:443 with HTTP 403/)
  })

  for (const exempt of ['registry.test', '.test', '*', 'a.example, registry.test:443']) {
    it(`is reached without the proxy when NO_PROXY is ${exempt}`, async () => {
      await using registry = await openImageRegistry({ tls })
      await using proxy = await openProxy(registry.port)
      using rig = openImageRig({ HTTPS_PROXY: proxy.url, NO_PROXY: exempt })
      // Nobody knows the name outside of the proxy.
      const error = await refusal(rig.build({ ...request, access: trusting }))
      assert.equal(error.details?.['reason'], 'unreachable')
      assert.deepEqual(proxy.asked, [])
    })
  }
})

describe('a registry in clear text', () => {
  it('that speaks TLS is named with the way out', async () => {
    await using registry = await openImageRegistry({ tls })
    using rig = openImageRig()
    const error = await refusal(rig.build({ base: `${registry.host}/a`, repository: `${registry.host}/f` }))
    assert.equal(error.code, 'REGISTRY_FAILED')
    assert.match(`${error.message} ${error.hint}`, /https|plain http/)
  })
})
