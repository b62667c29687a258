import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, request, type IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import type { ErrorBody } from '../../../src/contract/common.ts'
import type { FunctionAccess } from '../../../src/contract/functions.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { startTestGateway, type TestGateway } from '../../support/testGateway.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')
const inspect = `export function handler(event, context) {
  if (event === 'throw') throw new Error('a private matter')
  if (event === 'wait') return new Promise(resolve => {
    context.signal.addEventListener('abort', () => { console.log('told'); resolve() })
    console.log('waiting')
  })
  if (context.request.path === '/teapot') return context.response(418, { 'x-a': ['1', '2'] }, 'short')
  if (context.request.path === '/empty') return context.response(204)
  return { ...context.request, event: event instanceof Uint8Array ? event.length : event }
}`

interface Sent {
  readonly path?: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string
}

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

function send(url: string, { path = '', method = 'GET', headers = {}, body }: Sent = {}): Promise<Answer> {
  const { hostname, port, pathname } = new URL(url)
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path: pathname + path, method, headers }, response => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      )
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

describe('the URL of a function', function () {
  this.timeout(120_000)
  const folder = temporaryFolder()
  let gateway: TestGateway
  let id: string
  let access: FunctionAccess
  let publicUrl: string
  let mine: Record<string, string>

  before(async () => {
    gateway = await startTestGateway(folder.path)
    const { client } = gateway
    const project = await client.call('openProject', { body: { path: folder.path } })
    const deploy = (name: string, more: object) =>
      client.call('deployFunction', {
        params: { id: project.id },
        body: { name, runtime: 'node', source: base64(inspect), ...more },
      })
    const fn = await deploy('mine', {})
    id = fn.id
    access = await client.call('getFunctionAccess', { params: { id } })
    mine = access.headers
    publicUrl = (await deploy('open', { public: true })).url
  })
  after(async () => {
    await gateway.stop()
    folder[Symbol.dispose]()
  })

  const refused = (answer: Answer, status: number, code: string) => {
    const body = JSON.parse(answer.body) as ErrorBody
    assert.deepEqual([answer.status, body.code, answer.headers['hks-error']], [status, code, code], answer.body)
  }
  const invocations = async () => (await gateway.client.call('listInvocations', { params: { id } })).items

  it('takes any method, path and query, and hands on neither prefix nor token', async () => {
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'PROPFIND']) {
      const answer = await send(access.url, { method, path: '/a/b%2Fc?x=1&y', headers: { ...mine, 'X-Mine': 'yes' } })
      const seen = JSON.parse(answer.body) as {
        method: string
        path: string
        query: unknown
        headers: Record<string, string>
      }
      assert.deepEqual(
        [answer.status, seen.method, seen.path, seen.query],
        [200, method, '/a/b%2Fc', { x: ['1'], y: [''] }],
      )
      assert.equal(seen.headers['x-mine'], 'yes')
      assert.deepEqual(
        Object.keys(seen.headers).filter(name => /token|connection/.test(name)),
        [],
      )
    }
    for (const path of ['', '/', '?q=1']) {
      assert.equal((JSON.parse((await send(access.url, { path, headers: mine })).body) as { path: string }).path, '/')
    }
  })

  it('wants the token of this very function, unless it is public', async () => {
    refused(await send(access.url), 401, 'UNAUTHENTICATED')
    refused(await send(access.url, { headers: { 'HKS-Function-Token': 'wrong' } }), 401, 'UNAUTHENTICATED')
    refused(
      await send(access.url, { headers: { Authorization: `Bearer ${gateway.ready.token}` } }),
      401,
      'UNAUTHENTICATED',
    )
    assert.equal((await send(publicUrl)).status, 200)
    assert.equal((await send(publicUrl, { headers: { 'HKS-Function-Token': 'whatever' } })).status, 200)
  })

  it('answers only under its own Host and to no foreign page', async () => {
    const { port } = new URL(publicUrl)
    for (const Host of ['evil.example', `evil.example:${port}`, '127.0.0.1:1']) {
      refused(await send(publicUrl, { headers: { Host } }), 403, 'FORBIDDEN')
    }
    assert.equal((await send(publicUrl, { headers: { Host: `localhost:${port}` } })).status, 200)
    for (const Origin of ['https://evil.example', 'null', 'http://127.0.0.1:1']) {
      refused(await send(publicUrl, { headers: { Origin } }), 403, 'FORBIDDEN')
      refused(await send(publicUrl, { method: 'OPTIONS', headers: { Origin } }), 403, 'FORBIDDEN')
    }
    assert.equal((await send(publicUrl, { headers: { Origin: `http://127.0.0.1:${port}` } })).status, 200)
  })

  it('is 404 for anything else', async () => {
    const { origin } = new URL(publicUrl)
    for (const path of ['/', '/f', '/f/', '/f/unknown', '/api/v1/gateway']) {
      refused(await send(origin + path), 404, 'NOT_FOUND')
    }
  })

  it("carries the function's own status, headers and body, and the invocation", async () => {
    const answer = await send(access.url, { path: '/teapot', headers: mine })
    assert.deepEqual([answer.status, answer.headers['x-a'], answer.body], [418, '1, 2', 'short'])
    assert.equal(answer.headers['hks-error'], undefined)
    const [invocation] = await invocations()
    assert.deepEqual(
      [invocation?.id, invocation?.source, invocation?.statusCode],
      [answer.headers['hks-invocation-id'], 'url', 418],
    )
    const empty = await send(access.url, { path: '/empty', headers: mine })
    assert.deepEqual([empty.status, empty.body], [204, ''])
    const head = await send(access.url, { method: 'HEAD', path: '/teapot', headers: mine })
    assert.deepEqual([head.status, head.headers['content-length'], head.body], [418, '5', ''])
  })

  it('keeps what an exception said to itself', async () => {
    const answer = await send(access.url, {
      method: 'POST',
      headers: { ...mine, 'Content-Type': 'text/plain' },
      body: 'throw',
    })
    refused(answer, 500, 'FUNCTION_FAILED')
    assert.deepEqual(JSON.parse(answer.body), { error: 'The function raised an exception.', code: 'FUNCTION_FAILED' })
    assert.match(String(answer.headers['hks-invocation-id']), /^[0-9a-f-]{36}$/)
    const [invocation] = await invocations()
    assert.match(invocation?.message ?? '', /a private matter/)
  })

  it('takes a body of 10 MiB and no more', async () => {
    const bytes = async (count: number) =>
      send(access.url, { method: 'POST', headers: mine, body: Buffer.alloc(count) })
    const limit = 10 * 1024 * 1024
    const taken = await bytes(limit)
    assert.equal((JSON.parse(taken.body) as { event: number }).event, limit)
    refused(await bytes(limit + 1), 413, 'PAYLOAD_TOO_LARGE')
  })

  it('tells the function when the client goes away', async () => {
    const { hostname, port, pathname } = new URL(access.url)
    const socket = connect(Number(port), hostname)
    await once(socket, 'connect')
    socket.write(
      `POST ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nHKS-Function-Token: ${mine['HKS-Function-Token']}\r\n` +
        'Content-Type: text/plain\r\nContent-Length: 4\r\n\r\nwait',
    )
    const log = await gateway.client.open('getFunctionLogs', { params: { id }, query: { follow: true } })
    let text = ''
    for await (const chunk of log.body!) {
      text += Buffer.from(chunk).toString()
      if (text.includes('"waiting"')) socket.destroy()
      if (text.includes('"told"')) break
    }
  })
})

describe('the port of the functions', function () {
  this.timeout(120_000)
  const originOf = async (gateway: TestGateway, path: string) => {
    const project = await gateway.client.call('openProject', { body: { path } })
    const params = { id: project.id }
    const { url } = await gateway.client.call('deployFunction', {
      params,
      body: { name: 'fn', runtime: 'node', source: base64('export const handler = () => 1') },
    })
    return new URL(url)
  }

  it('is the same after a restart, and another one, with a notice, when somebody has taken it', async () => {
    using folder = temporaryFolder()
    const first = await startTestGateway(folder.path)
    const { port } = await originOf(first, folder.path)
    await first.stop()

    const second = await startTestGateway(folder.path)
    assert.equal((await originOf(second, folder.path)).port, port)
    assert.deepEqual((await second.client.call('getGateway')).notices, [])
    await second.stop()

    const other = createServer()
    other.listen(Number(port), '127.0.0.1')
    await once(other, 'listening')
    const third = await startTestGateway(folder.path)
    const moved = await originOf(third, folder.path)
    assert.notEqual(moved.port, port)
    const { notices } = await third.client.call('getGateway')
    assert.ok(
      notices.some(text => text.includes(`Port ${port} is taken`) && text.includes(moved.origin)),
      notices.join('\n'),
    )
    await third.stop()
    other.close()

    const fourth = await startTestGateway(folder.path)
    assert.equal((await originOf(fourth, folder.path)).port, moved.port)
    await fourth.stop()
  })
})
