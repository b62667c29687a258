import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { writeCanonicalTar } from '../../src/base/canonicalTar.ts'
import { diagnosticKeyHeader, errorHeader, invocationIdHeader, revisionHeader } from '../../src/contract/headers.ts'
import { type PodRuntime, startPod } from '../support/podRuntime.ts'
import { type RawAnswer, type RawRequest, sendRaw } from '../support/rawHttp.ts'
import { describePods } from '../support/runtimeLanguages.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { startTestGateway, type TestGateway } from '../support/testGateway.ts'

const handlers = join(import.meta.dirname, 'handlers')
const diagnosticKey = 'the key of this revision'
const json = ['Content-Type', 'application/json'] as const
const MiB = 1024 * 1024

/** A call with a JSON event. */
const call = (route: string, event: unknown = null): RawRequest => ({
  path: `/${route}`,
  headers: [json],
  body: JSON.stringify(event),
})

/** Every kind of request and of answer. What only one language has is left out. */
const requests: Readonly<Record<string, RawRequest>> = {
  'a JSON event': call('event', { a: ['ä', 1.5, null] }),
  'JSON that is none': { path: '/event', headers: [json], body: '{"a":' },
  'JSON that is not UTF-8': { path: '/event', headers: [json], body: Buffer.from([0x22, 0xff, 0x22]) },
  'no body': { method: 'GET', path: '/event' },
  'an empty body': { path: '/event', body: '' },
  text: { path: '/event', headers: [['Content-Type', 'text/plain; charset=utf-8']], body: 'grüße' },
  bytes: { path: '/event', headers: [['Content-Type', 'image/png']], body: Buffer.from([0, 255, 10]) },
  'bytes without a type': { path: '/event', body: 'a=b' },
  'a body in chunks': {
    path: '/event',
    headers: [['Transfer-Encoding', 'chunked'], json],
    framed: '3\r\n[1,\r\n2;x=y\r\n2]\r\n0\r\n\r\n',
  },
  'a binary CloudEvent': {
    path: '/context',
    headers: [['ce-specversion', '1.0'], ['ce-id', '1'], ['ce-source', '/a%20b'], ['ce-type', 'order'], json],
    body: '{"a":1}',
  },
  'a CloudEvent without an id': { path: '/context', headers: [['ce-specversion', '1.0'], json], body: '1' },
  'a structured CloudEvent': {
    path: '/event',
    headers: [['Content-Type', 'application/cloudevents+json']],
    body: JSON.stringify({ specversion: '1.0', id: '1', source: '/', type: 't', data_base64: 'AP8=' }),
  },
  'any method': { method: 'PROPFIND', path: '/context?a=1&a=2&b=%C3%A4+x' },
  HEAD: { method: 'HEAD', path: '/text' },
  'HEAD of a stream': { method: 'HEAD', path: '/chunks' },
  'headers that come twice': {
    method: 'GET',
    path: '/context',
    headers: [
      ['X-Twice', 'one'],
      ['x-twice', 'two'],
      ['Cookie', 'a=1'],
      ['Cookie', 'b=2'],
      ['User-Agent', 'first'],
      ['User-Agent', 'second'],
      ['X-Latin', 'gr\u00fcn'],
      ['Keep-Alive', 'timeout=1'],
      ['TE', 'trailers'],
    ],
  },
  'a status, headers and text': call('respond', {
    status: 418,
    headers: { 'X-A': ['1', '2'], 'Set-Cookie': ['a=1', 'b=2'], 'HKS-Error': 'MINE', 'Content-Length': '1' },
    body: 'short',
  }),
  'a status and JSON': call('respond', { status: 503, headers: {}, body: { a: 'ä' } }),
  'a type of its own': call('respond', { status: 200, headers: { 'Content-Type': 'text/html' }, body: '<p>' }),
  'no content': call('respond', { status: 204, headers: { 'X-A': 'b' }, body: null }),
  'not modified': call('respond', { status: 304, headers: { ETag: '"1"' }, body: null }),
  'reset content': call('respond', { status: 205, headers: {}, body: null }),
  'an empty answer': call('respond', { status: 200, headers: {}, body: '' }),
  'the default answer': call('respondDefault'),
  'bytes as an answer': {
    path: '/respondBytes',
    headers: [['Content-Type', 'image/png']],
    body: Buffer.from([0, 255]),
  },
  'what looks like an answer': call('lookalike'),
  'nothing as a result': call('nothing'),
  'a string as a result': call('text'),
  'an exception': call('fail'),
  'a number that is not JSON': call('notFinite'),
  'bytes inside of a result': call('resultBytes'),
  'a circle': call('resultCircle'),
  'a result that is nested too deeply': call('resultDeep'),
  'a status that is none': call('respond', { status: 99, headers: {}, body: null }),
  'a header that HTTP can not carry': call('respond', { status: 200, headers: { 'X-A': 'a\nb' }, body: null }),
  'a stream': call('chunks'),
  'a stream with a type of its own': call('typedChunks'),
  'a stream that breaks off': call('breaks'),
  'a body that is too large': { path: '/event', headers: [json], body: Buffer.alloc(10 * MiB + 1, 0x20) },
  'a handler that heeds the end of its time': call('hold'),
  'a handler that hangs': call('spin'),
  'a process that ends': call('exit'),
}

/** What differs from call to call, or belongs to the connection. */
const ofOneCall = new Set(['date', 'connection', 'keep-alive', invocationIdHeader.toLowerCase()])

/** What has to be the same wherever the function runs. */
function comparable({ status, headers, body, broken }: RawAnswer) {
  const kept = headers.filter(([name]) => !ofOneCall.has(name))
  const isNamed = headers.some(([name]) => name === invocationIdHeader.toLowerCase())
  // It holds the port, the token's absence and the id of the call, which differ.
  const text = body
    .toString('latin1')
    .replace(/127\.0\.0\.1:\d+/g, 'HOST')
    .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
  return { status, headers: kept.sort(), isNamed, text, broken }
}

describePods('answers of a pod', language => {
  const folder = temporaryFolder()
  let gateway: TestGateway
  let functionId: string
  let prefix: string
  let gatewayPort: number
  let pod: PodRuntime

  before(async function () {
    this.timeout(300_000)
    gateway = await startTestGateway(folder.path)
    const { client } = gateway
    const name = `routes.${language.extension}`
    const routes = { path: name, executable: false, data: readFileSync(join(handlers, name)) }
    const project = await client.call('openProject', { body: { path: folder.path } })
    const deployed = await client.call('deployFunction', {
      params: { id: project.id },
      body: {
        name: 'same',
        runtime: language.name,
        handler: language.name === 'go' ? 'Handle' : 'routes.handler',
        source: gzipSync(writeCanonicalTar([routes])).toString('base64'),
        timeout: 1,
        public: true,
        waitSeconds: 240,
      },
    })
    assert.equal(deployed.status, 'ready')
    functionId = deployed.id
    const url = new URL(deployed.url ?? '')
    prefix = url.pathname
    gatewayPort = Number(url.port)
    const { dir, handler, ...command } = await language.pod()
    pod = await startPod(command, {
      HKS_SOURCE: dir,
      HKS_HANDLER: handler,
      HKS_FUNCTION_NAME: 'same',
      HKS_REVISION: '1',
      HKS_TIMEOUT_SECONDS: '1',
      HKS_DIAGNOSTIC_KEY: diagnosticKey,
    })
    await pod.listening
  })
  after(async () => {
    await pod?.stop()
    await gateway?.stop()
    folder[Symbol.dispose]()
  })

  for (const [title, request] of Object.entries(requests)) {
    it(`are those of the gateway: ${title}`, async () => {
      const local = await sendRaw(gatewayPort, { ...request, path: prefix + request.path })
      const inPod = await sendRaw(pod.port, request)
      assert.deepEqual(comparable(inPod), comparable(local))
    })
  }

  it('are those of the gateway with an exception for who has the key', async () => {
    // The route "" is none, so the handler fails, on /invoke as well as here.
    const local = await fetch(`${gateway.ready.url}/api/v1/functions/${functionId}/invoke`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${gateway.ready.token}`, 'Content-Type': 'application/json' },
      body: '1',
    })
    const inPod = await sendRaw(pod.port, {
      path: '/',
      headers: [json, [diagnosticKeyHeader, diagnosticKey]],
      body: '1',
    })
    const body = inPod.body.toString()
    assert.equal(body, await local.text())
    assert.ok((JSON.parse(body) as { details: { exception: { stack: string } } }).details.exception.stack.length > 0)
    assert.equal(inPod.status, local.status)
    assert.equal(
      inPod.headers.find(([name]) => name === errorHeader.toLowerCase())?.[1],
      local.headers.get(errorHeader),
    )
  })

  it('name their revision, whatever they are, to who has the key', async () => {
    const revisionOf = ({ headers }: RawAnswer) =>
      headers.filter(([name]) => name === revisionHeader.toLowerCase()).map(([, value]) => value)
    const mine = call('respond', { status: 200, headers: { [revisionHeader]: '9' }, body: 'a' })
    for (const request of [call('event'), call('fail'), call('chunks'), mine]) {
      assert.deepEqual(revisionOf(await sendRaw(pod.port, request)), [])
      const headers = [json, [diagnosticKeyHeader, diagnosticKey]] as const
      assert.deepEqual(revisionOf(await sendRaw(pod.port, { ...request, headers })), ['1'])
    }
  })

  it('hold no exception for any other key', async () => {
    for (const key of ['', 'wrong', `${diagnosticKey}.`, 'x'.repeat(diagnosticKey.length)]) {
      const { body } = await sendRaw(pod.port, { ...call('fail'), headers: [json, [diagnosticKeyHeader, key]] })
      assert.equal(body.toString(), '{"error":"The function raised an exception.","code":"FUNCTION_FAILED"}')
    }
  })

  it('name the invocation that the request names, and the handler does not see what is meant for the platform', async () => {
    const id = '5f0e8f0a-8a0c-4a4e-9d3e-0f6e0d6d9d0b'
    const headers = [
      [invocationIdHeader, id.toUpperCase()],
      [diagnosticKeyHeader, diagnosticKey],
    ] as const
    const answer = await sendRaw(pod.port, { method: 'GET', path: '/context', headers })
    const seen = JSON.parse(answer.body.toString()) as { invocationId: string; headers: Record<string, string> }
    assert.equal(seen.invocationId, id)
    assert.deepEqual(answer.headers.find(([name]) => name === invocationIdHeader.toLowerCase())?.[1], id)
    assert.deepEqual(
      Object.keys(seen.headers).filter(name => name.startsWith('hks-')),
      [],
    )
    const unnamed = await sendRaw(pod.port, {
      method: 'GET',
      path: '/context',
      headers: [[invocationIdHeader, 'x\u00e4']],
    })
    assert.match(
      (JSON.parse(unnamed.body.toString()) as { invocationId: string }).invocationId,
      /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    )
  })
})
