import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import WebSocket from 'ws'
import type { ErrorBody } from '../../../src/contract/common.ts'
import { watchPath } from '../../../src/contract/routes.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { startTestGateway, type TestGateway } from '../../support/testGateway.ts'

describe('the gateway refuses', function () {
  this.timeout(60_000)
  const folder = temporaryFolder()
  let gateway: TestGateway
  let port: number

  before(async () => {
    gateway = await startTestGateway(folder.path)
    port = Number(new URL(gateway.ready.url).port)
  })
  after(async () => {
    await gateway.stop()
    folder[Symbol.dispose]()
  })

  const get = (path: string, headers: Record<string, string>) =>
    new Promise<{ status: number; body: ErrorBody }>((resolve, reject) => {
      request({ host: '127.0.0.1', port, path, headers }, response => {
        let text = ''
        response.on('data', (chunk: Buffer) => (text += chunk.toString()))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as ErrorBody }))
      })
        .on('error', reject)
        .end()
    })
  const authorized = () => ({ Authorization: `Bearer ${gateway.ready.token}` })

  it('a request without a token, and one with a wrong token', async () => {
    for (const headers of [{}, { Authorization: 'Bearer wrong' }, { Authorization: gateway.ready.token }] as Record<
      string,
      string
    >[]) {
      const { status, body } = await get('/api/v1/gateway', headers)
      assert.equal(status, 401)
      assert.equal(body.code, 'UNAUTHENTICATED')
    }
  })

  it('a Host that is not its own, even with the token', async () => {
    for (const Host of ['evil.example', `evil.example:${port}`, '127.0.0.1', `127.0.0.1:${port + 1}`]) {
      const { status, body } = await get('/api/v1/gateway', { ...authorized(), Host })
      assert.equal(status, 403, Host)
      assert.match(body.error, /Host/)
    }
  })

  it('a foreign Origin, even with the token', async () => {
    for (const Origin of ['https://evil.example', 'null', `http://127.0.0.1:${port + 1}`]) {
      const { status, body } = await get('/healthz', { ...authorized(), Origin })
      assert.equal(status, 403, Origin)
      assert.match(body.error, /Origin/)
    }
  })

  it('a WebSocket without the token, with a wrong Host or a foreign Origin', async () => {
    const url = `ws://127.0.0.1:${port}${watchPath}`
    const refused = async (headers: Record<string, string>) => {
      const socket = new WebSocket(url, { headers })
      const [error] = (await once(socket, 'error')) as [Error]
      return error.message
    }
    assert.match(await refused({}), /401/)
    assert.match(await refused({ ...authorized(), Host: 'evil.example' }), /403/)
    assert.match(await refused({ ...authorized(), Origin: 'https://evil.example' }), /403/)
  })

  it('malformed WebSocket frames, and lives on', async () => {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    socket.write(
      [
        `GET ${watchPath} HTTP/1.1`,
        `Host: 127.0.0.1:${port}`,
        'Upgrade: websocket',
        'Connection: Upgrade',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
        `Authorization: Bearer ${gateway.ready.token}`,
        '',
        '',
      ].join('\r\n'),
    )
    const [head] = (await once(socket, 'data')) as [Buffer]
    assert.match(head.toString(), /101 Switching/)
    // Reserved bits set, unmasked, an unknown opcode.
    socket.write(Buffer.from([0xff, 0x7f, 0xff, 0xff, 0xff, 0xff]))
    await once(socket.resume(), 'close')
    assert.equal((await gateway.client.call('getGateway')).pid, gateway.ready.pid)
  })

  it('an unknown path, a wrong method and a body that is no JSON, each by its own code', async () => {
    const send = async (method: string, path: string, body?: string, type = 'application/json') => {
      const response = await fetch(`${gateway.ready.url}${path}`, {
        method,
        headers: { ...authorized(), ...(body === undefined ? {} : { 'Content-Type': type }) },
        ...(body === undefined ? {} : { body }),
      })
      return {
        status: response.status,
        allow: response.headers.get('allow'),
        platform: response.headers.get('hks-error'),
        body: (await response.json()) as ErrorBody,
      }
    }
    const unknown = await send('GET', '/api/v1/nothing')
    assert.deepEqual([unknown.status, unknown.body.code], [404, 'NOT_FOUND'])
    const method = await send('DELETE', '/api/v1/projects')
    assert.deepEqual([method.status, method.body.code], [405, 'METHOD_NOT_ALLOWED'])
    assert.match(method.allow ?? '', /GET/)
    const broken = await send('POST', '/api/v1/projects', '{"path": ')
    assert.deepEqual([broken.status, broken.body.code], [400, 'INVALID_REQUEST'])
    const text = await send('POST', '/api/v1/projects', 'path=/tmp', 'text/plain')
    assert.deepEqual([text.status, text.body.code], [415, 'UNSUPPORTED_MEDIA_TYPE'])
    const large = await send('POST', '/api/v1/projects', JSON.stringify({ path: 'x'.repeat(1024 * 1024) }))
    assert.deepEqual([large.status, large.body.code], [413, 'PAYLOAD_TOO_LARGE'])
    assert.equal(large.body.error, 'The body is larger than 1 MiB, the most that is taken here.')
    const far = await send('POST', '/api/v1/functions/none/invoke', 'x'.repeat(10 * 1024 * 1024 + 1), 'text/plain')
    assert.deepEqual([far.status, far.body.code, far.platform], [413, 'PAYLOAD_TOO_LARGE', 'PAYLOAD_TOO_LARGE'])
    assert.equal(far.body.error, 'The body is larger than 10 MiB, the most that is taken here.')
    const nobody = await send('POST', '/api/v1/functions/none/invoke', '1')
    assert.deepEqual([nobody.status, nobody.platform], [404, 'NOT_FOUND'])
    const field = await send('POST', '/api/v1/projects', '{"path": "/tmp", "colour": "red"}')
    assert.deepEqual([field.status, field.body.details?.['field']], [400, 'colour'])
    const relative = await send('POST', '/api/v1/projects', '{"path": "tmp"}')
    assert.deepEqual([relative.status, relative.body.details?.['field']], [400, 'path'])
  })

  it('a value of a secret that it can not take, without repeating it', async () => {
    const opened = await fetch(`${gateway.ready.url}/api/v1/projects`, {
      method: 'POST',
      headers: { ...authorized(), 'Content-Type': 'application/json' },
      body: JSON.stringify({ path: folder.path }),
    })
    const { id } = (await opened.json()) as { id: string }
    const write = async (body: string) => {
      const response = await fetch(`${gateway.ready.url}/api/v1/projects/${id}/secrets/mail`, {
        method: 'PUT',
        headers: { ...authorized(), 'Content-Type': 'application/json' },
        body,
      })
      const text = await response.text()
      assert.doesNotMatch(text, /hunter/)
      return [response.status, (JSON.parse(text) as ErrorBody).details?.['field']]
    }
    assert.deepEqual(await write('{"data":{"password":"hunter\\u00002"}}'), [400, 'data.password'])
    assert.deepEqual(await write('{"data":{"password":["hunter2"]}}'), [400, 'data.password'])
    assert.deepEqual(await write('{"data":"hunter2"}'), [400, 'data'])
    assert.deepEqual(await write('"hunter2"'), [400, 'body'])
    assert.deepEqual(await write('{"data":{"password":hunter2}}'), [400, 'body'])
    assert.deepEqual(await write('{"data":{"../password":"hunter2"}}'), [400, 'data.../password'])
  })

  it('an environment that no process can be given', async () => {
    const opened = await gateway.client.call('openProject', { body: { path: folder.path } })
    const refused = (environment: Record<string, string>) => [
      gateway.client.call('createCronJob', {
        body: { projectId: opened.id, name: 'unfit', schedule: '0 0 * * *', command: ['true'], environment },
      }),
      gateway.client.call('deployFunction', {
        params: { id: opened.id },
        body: { name: 'unfit', runtime: 'node', source: btoa('export const handler = () => 1'), environment },
      }),
    ]
    for (const [name, value] of [
      ['A=B', '1'],
      ['', '1'],
      ['A', '1\0'],
    ] as const) {
      for (const answer of refused({ [name]: value })) {
        await assert.rejects(answer, {
          code: 'INVALID_REQUEST',
          details: { field: `environment.${name}`, ...(value === '1' ? {} : { value }) },
        })
      }
    }
  })

  it('an instant that is none, reads a leap second and a long schedule, and names no run that RFC 3339 cannot write', async () => {
    const preview = async (from: string, schedule = '0 0 * * *', count = 1) => {
      const response = await fetch(`${gateway.ready.url}/api/v1/schedules/preview`, {
        method: 'POST',
        headers: { ...authorized(), 'Content-Type': 'application/json' },
        body: JSON.stringify({ schedule, count, from }),
      })
      return { status: response.status, body: (await response.json()) as ErrorBody & { next: string[] } }
    }
    assert.deepEqual((await preview('2026-12-31T23:59:60Z')).body.next, ['2027-01-02T00:00:00.000Z'])
    const far = await preview('2026-01-01T00:00:00Z', '@every 2562047h', 1000)
    assert.deepEqual([far.status, far.body.next.length, far.body.next.at(-1)?.slice(0, 2)], [200, 27, '99'])
    const each = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, at) => first + at)
    const plainly = `${each(0, 59)} ${each(0, 23)} ${each(1, 31)} ${each(1, 12)} *`
    const long = await preview('2026-01-01T00:00:00Z', plainly)
    assert.deepEqual([long.status, long.body.next], [200, ['2026-01-01T00:01:00.000Z']])
    const bad = await preview('2026-03-01T00:00:00+09')
    assert.deepEqual([bad.status, bad.body.details?.['field']], [400, 'from'])
  })

  it('nobody a look at its files: the lock file holds the token and is the owner’s alone', () => {
    const file = join(gateway.home, 'gateway.json')
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.equal((JSON.parse(readFileSync(file, 'utf8')) as { token: string }).token, gateway.ready.token)
    assert.equal(statSync(gateway.home).mode & 0o077, 0)
    const log = readFileSync(join(gateway.home, 'logs', 'gateway.log'), 'utf8')
    assert.ok(!log.includes(gateway.ready.token), 'the token is in the log')
  })

  it('more than its share of wrong tokens in a second', async () => {
    const answers = await Promise.all(
      Array.from({ length: 80 }, () => get('/api/v1/gateway', { Authorization: 'Bearer wrong' })),
    )
    const codes = new Set(answers.map(answer => answer.body.code))
    assert.ok(codes.has('RATE_LIMITED') && codes.has('UNAUTHENTICATED'), [...codes].join())
    assert.equal((await get('/api/v1/gateway', authorized())).status, 200)
  })
})
