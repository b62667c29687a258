import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { version } from '../../../../../src/base/version.ts'
import { HksError } from '../../../../../src/contract/errors.ts'
import type { KubeList, KubeObject } from '../../../../../src/gateway/providers/kubernetes/client/kubeObject.ts'
import { eventually } from '../../../../support/eventually.ts'
import { wireClient } from '../support/wireClient.ts'
import { answerJson, answerStatus, wireServer } from '../support/wireServer.ts'

const jobs = '/apis/batch/v1/namespaces/team-a/jobs'

describe('the client of an API server', () => {
  it('sends what it is given, by one kept connection, and says who it is', async () => {
    const heads: unknown[] = []
    const bodies: string[] = []
    await using server = await wireServer((request, response) => {
      const { authorization, 'user-agent': agent, 'content-type': type } = request.headers
      heads.push({ authorization, agent, type })
      let body = ''
      request.on('data', (text: Buffer) => (body += text.toString()))
      request.on('end', () => {
        bodies.push(body)
        answerJson(response, 201, { made: true })
      })
    })
    using client = await wireClient(server.url)
    const query = { dryRun: 'All', pretty: false, absent: undefined }
    assert.deepEqual(await client.request('POST', jobs, { body: { name: 'ä' }, query }), { made: true })
    await client.request('PATCH', `${jobs}/x`, { body: {}, contentType: 'application/merge-patch+json' })
    assert.deepEqual(server.requests, [`POST ${jobs}?dryRun=All&pretty=false`, `PATCH ${jobs}/x`])
    assert.deepEqual(bodies, ['{"name":"ä"}', '{}'])
    const common = { authorization: 'Bearer good', agent: `hexabase-hks/${version}` }
    assert.deepEqual(heads, [
      { ...common, type: 'application/json' },
      { ...common, type: 'application/merge-patch+json' },
    ])
    assert.equal(server.connections(), 1)
  })

  it('puts all paths below the path of the server, as Rancher needs', async () => {
    await using server = await wireServer((_, response) => answerJson(response, 200, {}))
    using client = await wireClient(`${server.url}/k8s/clusters/c-1/`)
    await client.request('GET', '/version')
    assert.deepEqual(server.requests, ['GET /k8s/clusters/c-1/version'])
  })

  it('reads zipped answers', async () => {
    await using server = await wireServer((_, response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync(JSON.stringify({ zipped: true })))
    })
    using client = await wireClient(server.url)
    assert.deepEqual(await client.request('GET', '/version'), { zipped: true })
  })

  it('reads a list in pages of 500', async () => {
    await using server = await wireServer((request, response) => {
      const url = new URL(request.url!, 'https://x')
      const page = Number(url.searchParams.get('continue') ?? 0)
      const items = Array.from({ length: 500 }, (_, at) => ({ metadata: { name: `${page * 500 + at}` } }))
      const metadata = { resourceVersion: '7', ...(page < 3 ? { continue: String(page + 1) } : {}) }
      answerJson(response, 200, { metadata, items })
    })
    using client = await wireClient(server.url)
    const list: KubeList<KubeObject> = await client.list(jobs, { query: { labelSelector: 'a=b' } })
    assert.deepEqual(
      list.items.map(({ metadata }) => Number(metadata.name)),
      [...Array(2000).keys()],
    )
    assert.deepEqual(list.metadata, { resourceVersion: '7' })
    assert.equal(server.requests[3], `GET ${jobs}?limit=500&labelSelector=a%3Db&continue=3`)
  })

  it('waits as long as a busy server asks for', async () => {
    let busy = 2
    await using server = await wireServer((_, response) => {
      if (busy-- > 0) answerStatus(response.setHeader('Retry-After', '0.05'), 429, 'TooManyRequests')
      else answerJson(response, 200, { done: true })
    })
    using client = await wireClient(server.url)
    assert.deepEqual(await client.request('GET', '/version'), { done: true })
    assert.equal(server.requests.length, 3)
  })

  it('gives up on a server that stays busy', async () => {
    await using server = await wireServer((_, response) =>
      answerStatus(response.setHeader('Retry-After', '0.01'), 429, 'TooManyRequests'),
    )
    using client = await wireClient(server.url)
    await assert.rejects(client.request('GET', '/version'), { code: 'RATE_LIMITED' })
    assert.equal(server.requests.length, 5)
  })

  it('reads again when the server has closed the kept connection meanwhile, but writes nothing twice', async () => {
    let requests = 0
    await using server = await wireServer((request, response) => {
      requests++
      // As a server does whose idle timeout passes just as the request comes.
      if (requests === 2 || requests === 4) request.socket.destroy()
      else answerJson(response, 200, { requests })
    })
    using client = await wireClient(server.url)
    await client.request('GET', '/version')
    assert.deepEqual(await client.request('GET', '/version'), { requests: 3 })
    await assert.rejects(client.request('POST', jobs, { body: {} }), {
      code: 'CONNECTION_FAILED',
      message: `${server.url} closed the connection.`,
    })
    assert.equal(requests, 4)
  })

  it('says when an answer takes too long, and when the caller has had enough', async () => {
    await using server = await wireServer(request => void request.resume())
    using client = await wireClient(server.url)
    await assert.rejects(client.request('GET', '/version', { timeoutMs: 100 }), {
      code: 'CONNECTION_FAILED',
      message: `${server.url} did not answer within 0.1 s.`,
      details: { reason: 'unreachable', code: 'ETIMEDOUT' },
    })
    const enough = new HksError('CANCELLED', 'Enough.')
    const abort = new AbortController()
    const asked = client.request('GET', '/version', { signal: abort.signal })
    await eventually(() => assert.equal(server.requests.length, 2))
    abort.abort(enough)
    await assert.rejects(asked, enough)
    await assert.rejects(client.stream('/logs', { signal: abort.signal }), enough)
  })

  it('also when the head of the answer has come in time', async () => {
    await using server = await wireServer((_, response) => void response.writeHead(200).write('{"a":'))
    using client = await wireClient(server.url)
    await assert.rejects(client.request('GET', '/version', { timeoutMs: 100 }), {
      message: `${server.url} did not answer within 0.1 s.`,
    })
  })

  it('streams no faster than somebody reads, and tells an end from a cut', async () => {
    const open: ServerResponse[] = []
    await using server = await wireServer((_, response) => {
      response.writeHead(200).flushHeaders()
      open.push(response)
    })
    using client = await wireClient(server.url)
    const read = async (chunks: AsyncIterable<Uint8Array>) => {
      let bytes = 0
      for await (const chunk of chunks) bytes += chunk.length
      return bytes
    }
    const whole = await client.stream('/logs')
    const chunk = Buffer.alloc(64 * 1024)
    let written = 0
    while (written < 64 * 2 ** 20 && open[0]!.write(chunk)) written += chunk.length
    assert.ok(written < 32 * 2 ** 20, `${written} bytes were taken though nobody reads`)
    open[0]!.end()
    assert.equal(await read(whole), written + chunk.length)

    const cut = await client.stream('/logs')
    open[1]!.write('half', () => open[1]!.destroy())
    await assert.rejects(read(cut), {
      code: 'CONNECTION_FAILED',
      details: { reason: 'unreachable', code: 'ECONNRESET' },
    })
  })

  it('ends a stream that is as silent as a dead one, and no other, and closes what is kept', async () => {
    const answers = new Map<string, ServerResponse>()
    await using server = await wireServer(({ url }, response) => {
      if (url === '/version') return answerJson(response, 200, {})
      response.writeHead(200).write('begin')
      answers.set(url!, response)
    })
    let now = 0
    using client = await wireClient(server.url, { now: () => now })
    const open = async (path: string) => (await client.stream(path))[Symbol.asyncIterator]()
    const [silent, talking] = [await open('/silent'), await open('/talking')]
    await Promise.all([silent.next(), talking.next(), client.request('GET', '/version')])
    now = 15_000
    answers.get('/talking')!.write('more')
    await talking.next()
    client.endSilent(15_000)
    await assert.rejects(silent.next(), (error: HksError) => {
      assert.deepEqual([error.code, error.details?.['reason']], ['CONNECTION_FAILED', 'unreachable'])
      return true
    })
    answers.get('/talking')!.write('and more')
    assert.equal(Buffer.from((await talking.next()).value as Uint8Array).toString(), 'and more')
    await client.request('GET', '/version')
    assert.equal(server.connections(), 4)
  })

  it('closes its connections when it is disposed', async () => {
    await using server = await wireServer((_, response) => void response.writeHead(200).write('x'))
    const client = await wireClient(server.url)
    const chunks = (await client.stream('/logs'))[Symbol.asyncIterator]()
    await chunks.next()
    client[Symbol.dispose]()
    await assert.rejects(chunks.next(), { code: 'CONNECTION_FAILED' })
  })

  it('opens no WebSocket where the server does not', async () => {
    await using server = await wireServer((_, response) => answerStatus(response, 404, 'NotFound'))
    using client = await wireClient(server.url)
    server.onUpgrade(socket => socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n'))
    const path = '/api/v1/namespaces/team-a/pods/p/portforward'
    await assert.rejects(client.webSocket(path, { protocol: 'v4.channel.k8s.io' }), {
      code: 'FORBIDDEN',
      message: 'You may not get pods/portforward in the namespace "team-a".',
    })
  })

  describe('translates', () => {
    const failure = async (answer: (response: ServerResponse) => void, path = jobs, method: 'GET' | 'POST' = 'GET') => {
      await using server = await wireServer((_, response) => answer(response))
      using client = await wireClient(server.url)
      const error: unknown = await client.request(method, path).catch((thrown: unknown) => thrown)
      assert.ok(error instanceof HksError)
      return error
    }
    const cases: [string, number, string, object, Partial<HksError>][] = [
      [
        'a refusal into verb, resource and namespace',
        403,
        'Forbidden',
        { message: 'jobs.batch is forbidden: User "jane" cannot list resource "jobs"' },
        { code: 'FORBIDDEN', message: '"jane" may not list jobs.batch in the namespace "team-a".' },
      ],
      [
        'what can not be made in a namespace that is being deleted, by its cause',
        403,
        'Forbidden',
        {
          message: 'jobs.batch "report-1" is forbidden: no more of that',
          details: { causes: [{ reason: 'NamespaceTerminating', message: 'namespace team-a is being terminated' }] },
        },
        {
          code: 'PROJECT_MISSING',
          message: 'The namespace "team-a" is being deleted: nothing can be made in it any more.',
          hint: 'Use another namespace, or create it again as soon as it is gone.',
        },
      ],
      [
        'the same by its words, where an API server gives no cause',
        403,
        'Forbidden',
        {
          message:
            'jobs.batch "report-1" is forbidden: unable to create new content in namespace team-a because it is being terminated',
        },
        { code: 'PROJECT_MISSING' },
      ],
      [
        'an API that is not there',
        404,
        'NotFound',
        {},
        { code: 'NOT_FOUND', message: 'The cluster does not know jobs.batch.' },
      ],
      ['an expired version', 410, 'Expired', {}, { code: 'CONFLICT' }],
      ['a body that is too large', 413, 'RequestEntityTooLarge', {}, { code: 'PAYLOAD_TOO_LARGE' }],
      [
        'a method that is not allowed',
        405,
        'MethodNotAllowed',
        {},
        { code: 'METHOD_NOT_ALLOWED', message: 'jobs.batch: the cluster does not allow list.' },
      ],
      ['a content type that is not supported', 415, 'UnsupportedMediaType', {}, { code: 'UNSUPPORTED_MEDIA_TYPE' }],
      [
        'a failing webhook',
        500,
        'InternalError',
        { message: 'failed calling webhook "x"' },
        { code: 'CONNECTION_FAILED' },
      ],
    ]
    for (const [title, status, reason, fields, expected] of cases) {
      it(title, async () => {
        const error = await failure(response => answerStatus(response, status, reason, fields))
        for (const [key, value] of Object.entries(expected)) assert.equal(error[key as keyof HksError], value)
        assert.equal(error.details?.['status'], status)
        assert.equal(error.details?.['statusReason'], reason)
        assert.ok(error.cause)
      })
    }

    it('what a port of https answers to http', async () => {
      const error = await failure(response =>
        response.writeHead(400).end('Client sent an HTTP request to an HTTPS server.\n'),
      )
      assert.equal(error.code, 'CONNECTION_FAILED')
      assert.equal(error.details?.['reason'], 'kubeconfig')
      assert.match(error.message, / speaks https, and the kubeconfig names it with http:\/\/\.$/)
    })

    it('the page of a proxy', async () => {
      const error = await failure(response =>
        response.writeHead(503).end('<html><body>Bad <b>gateway</b></body></html>'),
      )
      assert.match(error.message, /answered 503: Bad gateway$/)
      assert.equal(error.details?.['reason'], 'serverError')
    })

    it('a login page that pretends to be an answer', async () => {
      const error = await failure(response => response.writeHead(200).end('<html>'))
      assert.match(error.message, /answered with something that is not JSON/)
    })
  })

  it('waits for no body that a refused upgrade does not send', async () => {
    await using server = await wireServer(() => undefined)
    using client = await wireClient(server.url)
    server.onUpgrade(socket => socket.end('HTTP/1.1 500 Oops\r\nConnection: close\r\n\r\nno node'))
    await assert.rejects(client.webSocket('/api/v1/namespaces/a/pods/p/portforward', { protocol: 'x' }), {
      message: `${server.url} answered 500: no node`,
    })
  })
})
