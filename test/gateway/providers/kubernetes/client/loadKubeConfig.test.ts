import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { delimiter, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { HksError } from '../../../../../src/contract/errors.ts'
import { createKubeClient } from '../../../../../src/gateway/providers/kubernetes/client/createKubeClient.ts'
import type { KubeClient } from '../../../../../src/gateway/providers/kubernetes/client/kubeClient.ts'
import type { KubeObject } from '../../../../../src/gateway/providers/kubernetes/client/kubeObject.ts'
import { loadKubeConfig } from '../../../../../src/gateway/providers/kubernetes/client/loadKubeConfig.ts'
import { eventually } from '../../../../support/eventually.ts'
import { authority, environment, writtenKubeConfig } from '../support/wireClient.ts'
import { answerJson, answerStatus, pem, wireServer, type WireServerOptions } from '../support/wireServer.ts'

const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** A server that takes the tokens that the test allows; it answers with the headers of the request. */
const guarded = async (tokens: Set<string>, options: WireServerOptions = {}) =>
  wireServer((request, response) => {
    const token = /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1]
    if (token !== undefined && tokens.has(token)) answerJson(response, 200, { headers: request.headers })
    else answerStatus(response, 401, 'Unauthorized')
  }, options)

const open = async (file: string, env: Record<string, string> = {}): Promise<KubeClient> =>
  createKubeClient(
    await loadKubeConfig({ files: [file], environment: async () => ({ ...(await environment()), ...env }) }),
  )

/** What the client says of `/version` with this kubeconfig. */
const ask = async (cluster: object, user?: object, env?: Record<string, string>) => {
  using written = writtenKubeConfig({ cluster: { ...cluster }, ...(user ? { user: { ...user } } : {}) })
  using client = await open(written.file, env)
  return await client.request<KubeObject & { headers: Record<string, string> }>('GET', '/version')
}

describe('a connection by kubeconfig', () => {
  describe('trusts', () => {
    it('only what the authority of the cluster has signed', async () => {
      await using server = await guarded(new Set(['good']))
      await ask({ server: server.url })
      await assert.rejects(ask({ server: server.url, 'certificate-authority-data': '' }), {
        code: 'CONNECTION_FAILED',
        message: `The certificate of ${server.url} is not signed by an authority that is known here.`,
        details: { reason: 'untrusted', code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
      })
    })

    it('anything where the kubeconfig says so', async () => {
      await using server = await guarded(new Set(['good']), { certificate: 'expired' })
      await ask({ server: server.url, 'certificate-authority-data': '', 'insecure-skip-tls-verify': true })
    })

    it('no certificate that has expired', async () => {
      await using server = await guarded(new Set(['good']), { certificate: 'expired' })
      await assert.rejects(ask({ server: server.url }), {
        message: `The certificate of ${server.url} has expired.`,
        details: { reason: 'untrusted', code: 'CERT_HAS_EXPIRED' },
      })
    })

    it('a certificate for another name only where the kubeconfig names that', async () => {
      await using server = await guarded(new Set(['good']), { certificate: 'otherName' })
      await assert.rejects(ask({ server: server.url }), {
        message: `The certificate of ${server.url} is for another name.`,
        details: { reason: 'untrusted', code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
      })
      await ask({ server: server.url, 'tls-server-name': 'kubernetes.test' })
    })
  })

  describe('says that the server', () => {
    it('refuses connections', async () => {
      const server = await wireServer(() => undefined)
      await server[Symbol.asyncDispose]()
      await assert.rejects(ask({ server: server.url }), {
        code: 'CONNECTION_FAILED',
        message: `${server.url} refuses connections.`,
        details: { reason: 'unreachable', code: 'ECONNREFUSED' },
      })
    })

    it('has a name that nobody knows', async () => {
      await assert.rejects(ask({ server: 'https://nobody.invalid:6443' }), {
        message: /^https:\/\/nobody\.invalid:6443 has a host name that (nobody knows|could not be looked up)\.$/,
      })
    })

    it('speaks no TLS', async () => {
      const plain = createServer((_, response) => response.end())
      await once(plain.listen(0, '127.0.0.1'), 'listening')
      const { port } = plain.address() as AddressInfo
      await assert.rejects(ask({ server: `https://127.0.0.1:${port}` }), {
        message: `https://127.0.0.1:${port} does not speak TLS.`,
      })
      plain.close()
    })

    it('does not accept the credentials', async () => {
      await using server = await guarded(new Set())
      await assert.rejects(ask({ server: server.url }), {
        message: `${server.url} does not accept the credentials of this context.`,
        details: { reason: 'unauthenticated', status: 401, statusReason: 'Unauthorized' },
      })
    })
  })

  describe('proves who it is', () => {
    it('by a client certificate, given as data or as files beside the kubeconfig', async () => {
      await using server = await wireServer((_, response) => answerJson(response, 200, {}), {
        asksForClientCertificate: true,
      })
      const data = {
        'client-certificate-data': base64(pem('client.crt')),
        'client-key-data': base64(pem('client.key')),
      }
      // Data wins, as in kubectl.
      await ask({ server: server.url }, { ...data, 'client-certificate': '/nowhere', 'client-key': '/nowhere' })
      using written = writtenKubeConfig({
        cluster: { server: server.url },
        user: { 'client-certificate': 'client.crt', 'client-key': './client.key' },
      })
      for (const file of ['client.crt', 'client.key']) writeFileSync(join(written.folder, file), pem(file))
      using client = await open(written.file)
      await client.request('GET', '/version')
      await assert.rejects(ask({ server: server.url }), {
        message: `${server.url} does not accept the client certificate of this context.`,
        details: { reason: 'unauthenticated', code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' },
      })
    })

    it('by a password', async () => {
      await using server = await wireServer((request, response) =>
        answerJson(response, 200, { headers: request.headers }),
      )
      const { headers } = await ask({ server: server.url }, { username: 'jane', password: 'ö' })
      assert.equal(headers['authorization'], `Basic ${base64('jane:ö')}`)
    })

    it('by a token file, which wins over a token and is read again when it is refused', async () => {
      const tokens = new Set(['first'])
      await using server = await guarded(tokens)
      using written = writtenKubeConfig({ cluster: { server: server.url }, user: { tokenFile: 'token', token: 'bad' } })
      writeFileSync(join(written.folder, 'token'), 'first\n')
      using client = await open(written.file)
      await client.request('GET', '/version')
      tokens.clear()
      tokens.add('second')
      writeFileSync(join(written.folder, 'token'), 'second\n')
      await client.request('POST', '/version')
      assert.equal(server.requests.length, 3)
    })

    it('as somebody else where the user may', async () => {
      await using server = await guarded(new Set(['good']))
      const user = { token: 'good', as: 'joe', 'as-groups': ['a', 'b'], 'as-user-extra': { 'example.org/x': ['y'] } }
      const { headers } = await ask({ server: server.url }, user)
      assert.equal(headers['impersonate-user'], 'joe')
      assert.equal(headers['impersonate-group'], 'a, b')
      assert.equal(headers['impersonate-extra-example.org%2fx'], 'y')
    })
  })

  it('is made anew when the kubeconfig has changed meanwhile', async () => {
    const tokens = new Set(['good'])
    await using first = await guarded(tokens)
    await using second = await guarded(tokens)
    using written = writtenKubeConfig({ cluster: { server: first.url } })
    using client = await open(written.file)
    await client.request('GET', '/version')
    // Another token, then another server, as a cluster that was created anew has.
    tokens.clear()
    tokens.add('better')
    written.write({ cluster: { server: first.url }, user: { token: 'better' } })
    await client.request('POST', '/version')
    await first[Symbol.asyncDispose]()
    written.write({ cluster: { server: second.url }, user: { token: 'better' } })
    await client.request('GET', '/version')
    assert.equal(client.server, second.url)
    assert.deepEqual(second.requests, ['GET /version'])
  })

  describe('whose kubeconfig is written while it is used', () => {
    const both = new Set(['good', 'better'])
    const tokenOf = async (client: KubeClient) => {
      const { headers } = await client.request<KubeObject & { headers: Record<string, string> }>('GET', '/version')
      return headers['authorization']
    }

    it('uses the new token within seconds, though the old one is still accepted', async () => {
      await using server = await guarded(both)
      using written = writtenKubeConfig({ cluster: { server: server.url } })
      using client = await open(written.file)
      assert.equal(await tokenOf(client), 'Bearer good')
      written.write({ cluster: { server: server.url }, user: { token: 'better' } })
      await eventually(async () => assert.equal(await tokenOf(client), 'Bearer better'), 3000)
    })

    it('uses it at once when it is loaded again, and a token file with it', async () => {
      await using server = await guarded(both)
      using written = writtenKubeConfig({ cluster: { server: server.url } })
      using client = await open(written.file)
      written.write({ cluster: { server: server.url }, user: { tokenFile: 'token' } })
      writeFileSync(join(written.folder, 'token'), 'good')
      await client.reload()
      assert.equal(await tokenOf(client), 'Bearer good')
      writeFileSync(join(written.folder, 'token'), 'better')
      await client.reload()
      assert.equal(await tokenOf(client), 'Bearer better')
    })

    it('is refused with the reason while that is gone or broken, and goes on when it is back', async () => {
      await using server = await guarded(both)
      using written = writtenKubeConfig({ cluster: { server: server.url } })
      using client = await open(written.file)
      const refused = (message: RegExp) => (error: HksError) => {
        assert.match(error.message, message)
        assert.equal(error.details?.['reason'], 'kubeconfig')
        return error.code === 'CONNECTION_FAILED'
      }
      renameSync(written.file, `${written.file}.away`)
      await assert.rejects(client.reload(), refused(/^There is no kubeconfig "/))
      await assert.rejects(client.request('GET', '/version'), refused(/^There is no kubeconfig "/))
      assert.deepEqual(server.requests, [])
      writeFileSync(written.file, 'clusters: [')
      await assert.rejects(client.reload(), refused(/ is not valid YAML: /))
      renameSync(`${written.file}.away`, written.file)
      await eventually(async () => assert.equal(await tokenOf(client), 'Bearer good'), 3000)
    })

    it('hears nothing of it while an editor saves it anew', async () => {
      await using server = await guarded(both)
      using written = writtenKubeConfig({ cluster: { server: server.url } })
      using client = await open(written.file)
      const text = readFileSync(written.file, 'utf8')
      unlinkSync(written.file)
      const reloaded = client.reload()
      await setTimeout(50)
      writeFileSync(written.file, text.slice(0, 20))
      await setTimeout(50)
      writeFileSync(written.file, text)
      await reloaded
      assert.equal(await tokenOf(client), 'Bearer good')
    })

    it('ends its streams only where that leads to another server or user', async () => {
      await using server = await wireServer((_, response) => void response.writeHead(200).write('line\n'))
      using written = writtenKubeConfig({ cluster: { server: server.url } })
      using client = await open(written.file)
      const chunks = (await client.stream('/log'))[Symbol.asyncIterator]()
      assert.equal(String((await chunks.next()).value), 'line\n')
      const next = chunks.next()
      let isOver = false
      next.then(
        () => (isOver = true),
        () => (isOver = true),
      )
      writeFileSync(written.file, `\n${readFileSync(written.file, 'utf8')}`)
      await client.reload()
      await setTimeout(50)
      assert.equal(isOver, false)
      written.write({ cluster: { server: server.url }, user: { token: 'better' } })
      await client.reload()
      await assert.rejects(next, {
        code: 'CONNECTION_FAILED',
        message: `The kubeconfig that leads to ${server.url} has changed.`,
      })
    })
  })

  it('asks no more than once when nothing can be renewed', async () => {
    await using server = await guarded(new Set())
    using written = writtenKubeConfig({ cluster: { server: server.url } })
    using client = await open(written.file)
    await assert.rejects(client.request('GET', '/version'))
    assert.equal(server.requests.length, 1)
  })

  describe('through a proxy', () => {
    /** A proxy that counts what it is asked to connect to, and wants a password where one is given. */
    const proxied = async (password?: string) => {
      const asked: string[] = []
      const sockets = new Set<Socket>()
      const proxy = createServer()
      proxy.on('connection', socket => sockets.add(socket))
      proxy.on('connect', (request: IncomingMessage, socket: Socket) => {
        asked.push(request.url!)
        if (password !== undefined && request.headers['proxy-authorization'] !== `Basic ${base64(password)}`)
          return socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
        const [host, port] = request.url!.split(':')
        const to = connect(Number(port), host, () => socket.write('HTTP/1.1 200 OK\r\n\r\n'))
        sockets.add(to)
        to.pipe(socket).pipe(to)
        to.on('error', () => socket.destroy())
        return socket.on('error', () => to.destroy())
      })
      await once(proxy.listen(0, '127.0.0.1'), 'listening')
      const end = () => {
        proxy.close()
        sockets.forEach(socket => socket.destroy())
      }
      return { address: `127.0.0.1:${(proxy.address() as AddressInfo).port}`, asked, [Symbol.dispose]: end }
    }

    it('of the kubeconfig, with its password', async () => {
      await using server = await guarded(new Set(['good']))
      using proxy = await proxied('me:secret')
      await ask({ server: server.url, 'proxy-url': `http://me:secret@${proxy.address}` })
      assert.deepEqual(proxy.asked, [new URL(server.url).host])
      await assert.rejects(ask({ server: server.url, 'proxy-url': `http://${proxy.address}` }), {
        code: 'CONNECTION_FAILED',
        message: `The proxy http://${proxy.address} does not connect to ${server.url}: it answered 407.`,
      })
    })

    it('that can not be reached, which is named without its password', async () => {
      await using server = await guarded(new Set(['good']))
      const gone = await proxied()
      gone[Symbol.dispose]()
      await assert.rejects(ask({ server: server.url, 'proxy-url': `http://me:secret@${gone.address}` }), {
        code: 'CONNECTION_FAILED',
        message: `The proxy http://${gone.address}, through which ${server.url} is reached, refuses connections.`,
        details: { reason: 'unreachable', code: 'ECONNREFUSED', proxy: `http://${gone.address}` },
        hint: /^Look at proxy-url of the cluster in the kubeconfig/,
      })
      await assert.rejects(ask({ server: server.url, 'proxy-url': 'http://nobody.invalid:3128' }), {
        message: new RegExp(
          `^The proxy http://nobody\\.invalid:3128, through which ${server.url} is reached, has a host name that`,
        ),
      })
    })

    it('of the environment, not for this machine itself', async () => {
      await using server = await guarded(new Set(['good']))
      using proxy = await proxied()
      await ask({ server: server.url }, undefined, { HTTPS_PROXY: `http://${proxy.address}` })
      assert.deepEqual(proxy.asked, [])
      // It is the proxy that would look the name up.
      const elsewhere = ask({ server: 'https://cluster.invalid' }, undefined, { https_proxy: proxy.address })
      await assert.rejects(elsewhere, { code: 'CONNECTION_FAILED' })
      assert.deepEqual(proxy.asked, ['cluster.invalid:443'])
    })
  })

  describe('with a credential plugin', () => {
    /** A plugin that prints the token of the file `token`, notes each run with its environment, and fails when told so. */
    const plugin = (folder: string, fields: object = {}) => {
      mkdirSync(join(folder, 'bin'), { recursive: true })
      const file = join(folder, 'bin', 'log-in')
      writeFileSync(
        file,
        `#!/bin/sh
echo run >> ${folder}/runs
printf '%s' "$KUBERNETES_EXEC_INFO" > ${folder}/info
printf '%s' "$REGION $1" > ${folder}/given
if [ -e ${folder}/fails ]; then echo "first line" >&2; echo "Your session has expired." >&2; exit 3; fi
cat ${folder}/answer
`,
      )
      chmodSync(file, 0o755)
      const exec = {
        apiVersion: 'client.authentication.k8s.io/v1',
        command: 'log-in',
        args: ['--quiet'],
        env: [{ name: 'REGION', value: 'eu' }],
        installHint: 'Install it with: brew install log-in',
        ...fields,
      }
      const answer = (status: object) =>
        writeFileSync(
          join(folder, 'answer'),
          JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status }),
        )
      const read = (name: string) => readFileSync(join(folder, name), 'utf8')
      return { exec, answer, read, runs: () => read('runs').trim().split('\n').length }
    }
    const withPlugin = async (server: string, fields: object = {}) => {
      const written = writtenKubeConfig({ cluster: { server } })
      const made = plugin(written.folder, fields)
      written.write({ cluster: { server }, user: { exec: made.exec } })
      const path = [join(written.folder, 'bin'), '/usr/bin', '/bin'].join(delimiter)
      return { ...made, ...written, client: await open(written.file, { PATH: path }) }
    }

    it('runs it once, from the PATH of the login shell, with what the kubeconfig gives it', async () => {
      await using server = await guarded(new Set(['one']))
      const { client, answer, read, runs, ...written } = await withPlugin(server.url, { provideClusterInfo: true })
      answer({ token: 'one' })
      await Promise.all(Array.from({ length: 4 }, () => client.request('GET', '/version')))
      await client.request('GET', '/version')
      assert.equal(runs(), 1)
      assert.equal(read('given'), 'eu --quiet')
      assert.deepEqual(JSON.parse(read('info')), {
        apiVersion: 'client.authentication.k8s.io/v1',
        kind: 'ExecCredential',
        spec: { interactive: false, cluster: { server: server.url, 'certificate-authority-data': authority } },
      })
      client[Symbol.dispose]()
      written[Symbol.dispose]()
    })

    it('runs it again when its token is refused or has expired', async () => {
      const tokens = new Set(['one'])
      await using server = await guarded(tokens)
      const { client, answer, runs, ...written } = await withPlugin(server.url)
      answer({ token: 'one', expirationTimestamp: new Date(Date.now() + 3600_000).toISOString() })
      await client.request('GET', '/version')
      tokens.clear()
      tokens.add('two')
      answer({ token: 'two', expirationTimestamp: new Date(Date.now() + 3600_000).toISOString() })
      await Promise.all(Array.from({ length: 4 }, () => client.request('POST', '/version')))
      assert.equal(runs(), 2)
      client[Symbol.dispose]()
      written[Symbol.dispose]()
    })

    it('proves who it is by the certificate that the plugin gives', async () => {
      await using server = await wireServer((_, response) => answerJson(response, 200, {}), {
        asksForClientCertificate: true,
      })
      const { client, answer, ...written } = await withPlugin(server.url)
      answer({ clientCertificateData: pem('client.crt'), clientKeyData: pem('client.key') })
      await client.request('GET', '/version')
      client[Symbol.dispose]()
      written[Symbol.dispose]()
    })

    it('says which command fails and what it said last', async () => {
      await using server = await guarded(new Set())
      const { client, folder, ...written } = await withPlugin(server.url)
      writeFileSync(join(folder, 'fails'), '')
      await assert.rejects(client.request('GET', '/version'), {
        code: 'CONNECTION_FAILED',
        message: 'The command "log-in" of the user "jane" ended with 3: first line\nYour session has expired.',
        details: { reason: 'credentials', command: 'log-in' },
        hint: 'Install it with: brew install log-in',
      })
      assert.deepEqual(server.requests, [])
      client[Symbol.dispose]()
      written[Symbol.dispose]()
    })

    it('names a command that hangs as soon as a request waits no longer, and goes on waiting for it', async () => {
      await using server = await guarded(new Set(['one']))
      const { client, answer, runs, folder, ...written } = await withPlugin(server.url)
      const gate = join(folder, 'gate')
      writeFileSync(
        join(folder, 'bin', 'log-in'),
        `#!/bin/sh\necho run >> ${folder}/runs\nwhile [ ! -e ${gate} ]; do sleep 0.05; done\ncat ${folder}/answer\n`,
      )
      answer({ token: 'one' })
      await assert.rejects(client.request('GET', '/version', { timeoutMs: 300 }), (error: HksError) => {
        assert.match(error.message, /^The command "log-in" of the user "jane" has not answered after \d+(\.\d)? s\.$/)
        assert.deepEqual(error.details, { reason: 'credentials', command: 'log-in' })
        return error.code === 'CONNECTION_FAILED'
      })
      assert.deepEqual(server.requests, [])
      const later = client.request('GET', '/version')
      writeFileSync(gate, '')
      await later
      assert.equal(runs(), 1)
      client[Symbol.dispose]()
      written[Symbol.dispose]()
    })

    it('says what to install when the command is not there, and refuses one that wants a terminal', async () => {
      await using server = await guarded(new Set())
      const missing = await withPlugin(server.url, { command: 'aws-nowhere' })
      await assert.rejects(missing.client.request('GET', '/version'), {
        message:
          'The command "aws-nowhere" of the user "jane" is not installed, or not in the PATH of the login shell.',
        hint: 'Install it with: brew install log-in',
      })
      const asking = await withPlugin(server.url, { interactiveMode: 'Always' })
      await assert.rejects(asking.client.request('GET', '/version'), { message: /wants a terminal/ })
      for (const one of [missing, asking]) {
        one.client[Symbol.dispose]()
        one[Symbol.dispose]()
      }
    })

    it('finds a command beside the kubeconfig, and one that prints nonsense is told', async () => {
      await using server = await guarded(new Set())
      const { client, folder, ...written } = await withPlugin(server.url, { command: './bin/log-in' })
      writeFileSync(join(folder, 'answer'), 'Please open https://login.test')
      await assert.rejects(client.request('GET', '/version'), { message: /did not print an ExecCredential\.$/ })
      writeFileSync(
        join(folder, 'answer'),
        '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1"}',
      )
      await assert.rejects(client.request('GET', '/version'), {
        message: /v1beta1, where the kubeconfig wants .*v1\.$/,
      })
      client[Symbol.dispose]()
      written[Symbol.dispose]()
    })
  })

  it('names the file of the kubeconfig that can not be read', async () => {
    await using server = await guarded(new Set())
    await assert.rejects(
      ask({ server: server.url, 'certificate-authority-data': '', 'certificate-authority': 'ca.crt' }),
      {
        code: 'CONNECTION_FAILED',
        message: /^The kubeconfig names the file "\/.*\/ca\.crt", which can not be read \(ENOENT\)\.$/,
      },
    )
    await assert.rejects(ask({ server: server.url }, { tokenFile: '/nowhere' }), {
      message: /names the file "\/nowhere"/,
    })
    const broken = { 'client-certificate-data': base64('x'), 'client-key-data': base64('y') }
    for (const user of [broken, { token: 'two\nlines' }])
      await assert.rejects(ask({ server: server.url }, user), {
        code: 'CONNECTION_FAILED',
        message: /^A certificate, key or token of the kubeconfig is not one: /,
      })
  })
})
