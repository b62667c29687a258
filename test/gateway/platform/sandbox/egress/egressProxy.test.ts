import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type Server } from 'node:http'
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server as TcpServer,
  type Socket,
} from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { readAllowedHosts } from '../../../../../src/gateway/platform/sandbox/egress/allowedHosts.ts'
import {
  startEgressProxy,
  type EgressProxy,
  type Refusal,
} from '../../../../../src/gateway/platform/sandbox/egress/egressProxy.ts'
import { publicAddresses } from '../../../../../src/gateway/platform/sandbox/egress/publicAddresses.ts'
import { temporaryFolder } from '../../../../support/temporaryFolder.ts'

describe('the hosts that are allowed', () => {
  const allows = (entries: string[], host: string, port = 443) => readAllowedHosts(entries).allowsHost(host, port)

  it('are those that are named, at the ports of the web', () => {
    assert.ok(allows(['api.example.com'], 'api.example.com', 443))
    assert.ok(allows(['api.example.com'], 'API.Example.com.', 80))
    assert.ok(!allows(['api.example.com'], 'api.example.com', 22))
    assert.ok(!allows(['api.example.com'], 'xapi.example.com'))
    assert.ok(!allows(['api.example.com'], 'api.example.com.evil.org'))
  })

  it('are those below a domain, and not the domain itself', () => {
    assert.ok(allows(['*.example.com'], 'a.b.example.com'))
    assert.ok(!allows(['*.example.com'], 'example.com'))
    assert.ok(!allows(['*.example.com'], 'evilexample.com'))
  })

  it('may have ports of their own', () => {
    assert.ok(allows(['db.example.com:5432'], 'db.example.com', 5432))
    assert.ok(!allows(['db.example.com:5432'], 'db.example.com', 443))
    assert.ok(allows(['db.example.com:*'], 'db.example.com', 1))
    assert.ok(allows(['[fd00::1]:8080'], '[fd00::1]', 8080))
    assert.ok(allows(['fd00::1'], 'fd00::1', 80))
  })

  it('are compared as URLs write them', () => {
    assert.ok(allows(['API.Example.com.'], 'api.example.com'))
    assert.ok(allows(['bücher.example'], 'xn--bcher-kva.example'))
    assert.ok(allows(['[fd00:0:0::1]:8080'], '[fd00::1]', 8080))
    assert.ok(allows(['[::ffff:10.0.0.5]'], '[::ffff:a00:5]', 80))
  })

  it('can not be everything, or nonsense', () => {
    for (const entry of [
      ...['*', 'a.*.com', '', 'http://example.com', 'a b', 'exa*mple.com', '*.10.0.0.5', '*.', 'a..b', 'user@a.com'],
      ...[
        '2130706433',
        '0x7f.1',
        '010.0.0.1',
        '10.0.0.5/8',
        '[fd00::g]',
        '[fd00::1',
        'a.com:http',
        'a.com/x',
        'a%2ecom',
      ],
    ]) {
      assert.throws(() => readAllowedHosts([entry]), /is not a host/, entry)
    }
    for (const entry of ['a.com:0', 'a.com:65536']) assert.throws(() => readAllowedHosts([entry]), /a port is/, entry)
    for (const entry of ['localhost:80', '*.localhost']) {
      assert.throws(() => readAllowedHosts([entry]), /This machine is named by its address/, entry)
    }
  })

  it('are at public addresses, and at private ones that are named', () => {
    const allowed = readAllowedHosts(['10.0.0.5:5432', 'example.com'])
    assert.ok(allowed.allowsAddress('93.184.216.34', 443))
    assert.ok(allowed.allowsAddress('10.0.0.5', 5432))
    assert.ok(allowed.allowsAddress('::ffff:10.0.0.5', 5432))
    assert.ok(!allowed.allowsAddress('10.0.0.5', 443), 'a port that the address is not named for')
    assert.ok(!allowed.allowsAddress('10.0.0.6', 5432))
    assert.ok(!allowed.allowsAddress('not an address', 443))
  })
})

describe('the public addresses', () => {
  it('are none of this machine, of networks behind it, and of ways around', () => {
    for (const address of [
      ...['0.0.0.0', '10.1.2.3', '100.64.0.1', '127.0.0.1', '127.1.2.3', '169.254.169.254', '172.16.0.1', '172.31.9.9'],
      ...['192.168.1.1', '198.18.0.1', '224.0.0.1', '255.255.255.255'],
      ...['::', '::1', 'fe80::1', 'fc00::1', 'fd12::1', 'ff02::1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::127.0.0.1'],
      ...['64:ff9b::7f00:1', '2002:7f00:1::', '2001:0:1::1', '2001:db8::1'],
    ]) {
      assert.ok(!publicAddresses.includes(address), address)
    }
  })

  it('are the others', () => {
    for (const address of ['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1', '2a00:1450:4001::1']) {
      assert.ok(publicAddresses.includes(address), address)
    }
  })
})

const portOf = (server: TcpServer): number => (server.address() as AddressInfo).port

describe('the egress proxy', () => {
  const folder = temporaryFolder()
  const socket = join(folder.path, 'egress.sock')
  let server: Server
  let port = 0
  /** Sends a lot, then closes. */
  const generousBytes = 8 * 1024 ** 2
  const generous = createTcpServer(client => client.end(Buffer.alloc(generousBytes, 1)))
  /** Nobody listens there. */
  const closedPort = 1
  let proxy: EgressProxy
  const refusals: Refusal[] = []
  let slow: () => Promise<readonly string[]> = () => Promise.resolve([])
  const resolved: string[] = []
  const addresses: Record<string, readonly string[]> = {
    'allowed.example': ['127.0.0.1'],
    'rebound.example': ['127.0.0.2', '169.254.169.254'],
    'nowhere.example': [],
  }

  before(async () => {
    server = createServer((incoming, response) => {
      if (incoming.url === '/broken') {
        response.writeHead(200, { 'content-length': 100 }).write('beginning', () => response.destroy())
        return
      }
      void text(incoming).then(body =>
        response.end(`${incoming.method} ${incoming.url} ${incoming.headers.host} ${body}`),
      )
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    port = portOf(server)
    await once(generous.listen(0, '127.0.0.1'), 'listening')
    const named = [port, portOf(generous), closedPort].map(one => `127.0.0.1:${one}`)
    proxy = await startEgressProxy({
      socket,
      // The address is named, so that a server of this machine can stand for one of the internet.
      allowed: readAllowedHosts([
        'allowed.example:*',
        'rebound.example:*',
        'nowhere.example:*',
        'unknown.example',
        'slow.example:*',
        ...named,
      ]),
      onRefusal: refusal => refusals.push(refusal),
      resolve: async host => {
        resolved.push(host)
        if (host === 'slow.example') return slow()
        return addresses[host] ?? Promise.reject(new Error(`getaddrinfo ENOTFOUND ${host}`))
      },
    })
  })
  beforeEach(() => {
    refusals.length = 0
    resolved.length = 0
  })
  after(async () => {
    await proxy.close()
    server.close()
    generous.close()
    folder[Symbol.dispose]()
  })

  async function throughProxy(url: string, body = '') {
    const outgoing = request({ socketPath: socket, path: url, method: 'POST', headers: { 'proxy-connection': 'x' } })
    outgoing.end(body)
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
    return { status: answer.statusCode, text: await text(answer) }
  }

  /** Says CONNECT, then a request; answers all that comes back. */
  async function throughTunnel(authority: string): Promise<string> {
    const client = connect(socket)
    client.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`)
    const [first] = (await once(client, 'data')) as [Buffer]
    if (!String(first).startsWith('HTTP/1.1 200')) return String(first) + (await text(client))
    client.write('GET /tunnel HTTP/1.1\r\nHost: inside\r\nConnection: close\r\n\r\n')
    return text(client)
  }

  it('forwards plain HTTP to a host that is allowed', async () => {
    const { status, text: said } = await throughProxy(`http://allowed.example:${port}/path?q=1`, 'body')
    assert.equal(status, 200)
    assert.equal(said, `POST /path?q=1 allowed.example:${port} body`)
    assert.deepEqual(refusals, [])
  })

  it('keeps no connection for somebody who went away while the name was looked up', async () => {
    const lookup = Promise.withResolvers<readonly string[]>()
    const asked = Promise.withResolvers<void>()
    slow = () => {
      asked.resolve()
      return lookup.promise
    }
    const outgoing = request({ socketPath: socket, path: `http://slow.example:${port}/`, method: 'POST' })
    outgoing.on('error', () => undefined)
    outgoing.write('beginning')
    await asked.promise
    outgoing.destroy()
    // The proxy has seen that when it has answered somebody else.
    await throughProxy('http://other.example/')
    const connected = once(server, 'connection') as Promise<[Socket]>
    lookup.resolve(['127.0.0.1'])
    const [upstream] = await connected
    await once(upstream, 'close')
  })

  it('opens a tunnel to a host that is allowed', async () => {
    assert.match(await throughTunnel(`allowed.example:${port}`), /GET \/tunnel inside/)
  })

  it('refuses other hosts without resolving them, and says so', async () => {
    const { status, text: said } = await throughProxy('http://other.example/')
    assert.equal(status, 403)
    assert.equal(said, 'The network allow-list does not name other.example:80.\n')
    assert.match(await throughTunnel('other.example:443'), /^HTTP\/1.1 403 /)
    assert.deepEqual(
      refusals.map(({ host, port }) => `${host}:${port}`),
      ['other.example:80', 'other.example:443'],
    )
    assert.deepEqual(resolved, [])
  })

  it('refuses a port that a private address is not named for, also by a name that leads there', async () => {
    assert.match(await throughTunnel('allowed.example:22'), /^HTTP\/1.1 403 .*not name for port 22/s)
  })

  it('refuses a name that leads to a private address', async () => {
    assert.match(await throughTunnel(`rebound.example:${port}`), /^HTTP\/1.1 403 .*private address/s)
    assert.match(refusals[0]!.reason, /127\.0\.0\.2, 169\.254\.169\.254/)
    assert.match(await throughTunnel('nowhere.example:443'), /has no address/)
  })

  it('refuses an address of this machine, however it is written', async () => {
    for (const host of [
      '127.0.0.1',
      'localhost',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '2130706433',
      '0x7f.1',
      '169.254.169.254',
    ]) {
      assert.match(await throughTunnel(`${host}:22`), /^HTTP\/1.1 403 /, host)
    }
  })

  it('says what it can not reach, to the log too', async () => {
    assert.match(await throughTunnel(`allowed.example:${closedPort}`), /^HTTP\/1.1 502 .*ECONNREFUSED/s)
    assert.match(await throughTunnel('unknown.example:443'), /^HTTP\/1.1 502 .*ENOTFOUND/s)
    assert.deepEqual(
      refusals.map(({ reason }) => reason),
      [
        `allowed.example:${closedPort} can not be reached: connect ECONNREFUSED 127.0.0.1:${closedPort}.`,
        'unknown.example:443 can not be reached: getaddrinfo ENOTFOUND unknown.example.',
      ],
    )
  })

  it('says what it can not read', async () => {
    assert.equal((await throughProxy('/not/absolute')).status, 400)
    assert.equal((await throughProxy('ftp://allowed.example/')).status, 400)
    assert.match(await throughTunnel('::::'), /^HTTP\/1.1 400 /)
  })

  it('breaks off where the host does', async () => {
    await assert.rejects(throughProxy(`http://allowed.example:${port}/broken`), { code: 'ECONNRESET' })
  })

  it('brings all that a host sent before it closed to one who reads slowly', async () => {
    const client = connect(socket)
    client.write(`CONNECT allowed.example:${portOf(generous)} HTTP/1.1\r\n\r\n`)
    let seen = 0
    for await (const chunk of client) {
      seen += (chunk as Buffer).length
      await new Promise(setImmediate)
    }
    assert.equal(seen, generousBytes + 'HTTP/1.1 200 Connection Established\r\n\r\n'.length)
  })

  it('goes on when a client breaks off', async () => {
    const client = connect(socket)
    client.write(`CONNECT allowed.example:${port} HTTP/1.1\r\n\r\n`)
    client.destroy()
    await once(client, 'close')
    assert.equal((await throughProxy(`http://allowed.example:${port}/`)).status, 200)
  })
})
