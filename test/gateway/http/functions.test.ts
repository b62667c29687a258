import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync, gzipSync } from 'node:zlib'
import { type SourceFile, writeCanonicalTar } from '../../../src/base/canonicalTar.ts'
import type { ErrorBody } from '../../../src/contract/common.ts'
import { type ErrorCode, HksError } from '../../../src/contract/errors.ts'
import type { Function, FunctionDeploy, Scaling } from '../../../src/contract/functions.ts'
import { platformStatus } from '../../../src/gateway/domain/functionAnswer.ts'
import { statusOf } from '../../../src/gateway/http/status.ts'
import { eventually } from '../../support/eventually.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { startTestGateway, type TestGateway } from '../../support/testGateway.ts'

const base64 = (data: string | Uint8Array) => Buffer.from(data).toString('base64')
const echo = base64('export const handler = event => event')
const json = (value: unknown) => Buffer.from(JSON.stringify(value))
const asJson = { contentType: 'application/json' }
const textOf = (body: Uint8Array) => Buffer.from(body).toString()

describe('functions over HTTP', function () {
  this.timeout(120_000)
  const folder = temporaryFolder()
  const workspace = temporaryFolder()
  let gateway: TestGateway
  let projectId: string

  before(async () => {
    gateway = await startTestGateway(folder.path)
    projectId = (await gateway.client.call('openProject', { body: { path: workspace.path } })).id
  })
  after(async () => {
    await gateway.stop()
    folder[Symbol.dispose]()
    workspace[Symbol.dispose]()
  })

  const api = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    fetch(`${gateway.ready.url}/api/v1${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${gateway.ready.token}`,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  const deploy = async (name: string, input: Partial<FunctionDeploy> = {}) => {
    const answer = await api('POST', `/projects/${projectId}/functions`, {
      name,
      runtime: 'node',
      source: echo,
      ...input,
    })
    return { status: answer.status, body: (await answer.json()) as Function & ErrorBody }
  }
  const invocationsOf = async (id: string) => (await gateway.client.call('listInvocations', { params: { id } })).items
  const isCode = (code: ErrorCode) => (error: unknown) => error instanceof HksError && error.code === code

  it('are created with 201, get a revision with 200 and are deleted with 204', async () => {
    const created = await deploy('life', {
      environment: { A: '1' },
      timeout: 7,
      scaling: { maxScale: 3 },
      description: 'An example',
    })
    assert.equal(created.status, 201)
    const { id, url, createdAt, updatedAt, revisions, ...rest } = created.body
    assert.deepEqual(rest, {
      type: 'function',
      name: 'life',
      projectId,
      runtime: 'node',
      handler: 'index.handler',
      description: 'An example',
      environment: { A: '1' },
      secrets: [],
      timeout: 7,
      scaling: { minScale: 0, maxScale: 3, containerConcurrency: 100 },
      resources: { memory: '1Gi' },
      profile: 'function',
      network: 'full',
      public: false,
      status: 'ready',
      replicas: 1,
      revision: 1,
    })
    assert.match(url, new RegExp(`^http://127\\.0\\.0\\.1:\\d+/f/${id}$`))
    assert.match(createdAt, /^\d{4}-.*Z$/)
    assert.ok(updatedAt >= createdAt)
    assert.deepEqual([revisions[0]?.number, revisions[0]?.percent, revisions[0]?.status], [1, 100, 'ready'])

    const second = await deploy('life', { source: base64('export const handler = () => 2') })
    assert.deepEqual([second.status, second.body.revision, second.body.id], [200, 2, id])
    const { items } = await gateway.client.call('listRevisions', { params: { id } })
    assert.deepEqual(
      items.map(({ number, percent }) => [number, percent]),
      [
        [2, 100],
        [1, 0],
      ],
    )
    assert.ok(
      (await gateway.client.call('listFunctions', { params: { id: projectId } })).items.some(fn => fn.id === id),
    )

    assert.equal((await api('DELETE', `/functions/${id}`)).status, 204)
    assert.equal((await api('GET', `/functions/${id}`)).status, 404)
    assert.equal((await api('DELETE', `/functions/${id}`)).status, 404)
  })

  it('are refused with a version of their interpreter that can not be', async () => {
    const odd = await deploy('versioned', { runtimeVersion: 'latest' })
    assert.equal(odd.status, 400)
    const go = await deploy('versioned', { runtime: 'go', runtimeVersion: '1.22' })
    assert.deepEqual([go.status, go.body.error], [400, 'runtimeVersion: is for python and node.'])
    const missing = await deploy('versioned', { runtimeVersion: '98.7' })
    assert.deepEqual([missing.status, missing.body.code], [422, 'RUNTIME_MISSING'])
  })

  it('are refused with a scaling that can not be', async () => {
    const swapped = await deploy('scaled', { scaling: { minScale: 3, maxScale: 2 } })
    assert.equal(swapped.status, 400)
    assert.match(swapped.body.error, /^scaling\.minScale: 3 must not be above scaling\.maxScale, which is 2\.$/)
    const none = await deploy('scaled', { scaling: { containerConcurrency: 0 } })
    const unknown = await deploy('scaled', { scaling: { replicas: 2 } as Scaling })
    assert.deepEqual([none.status, unknown.status], [400, 400])
    assert.match(unknown.body.error, /scaling.*replicas/)
  })

  it('are refused with an allow-list of hosts that says nothing, or that nobody asked for', async () => {
    const network = 'allowlist'
    const cases: readonly (readonly [Partial<FunctionDeploy>, RegExp])[] = [
      [{ network }, /^allowedHosts: is missing: .* names the hosts/],
      [{ allowedHosts: ['a.example'] }, /^allowedHosts: has no effect with the network "full"\./],
      [{ network: 'none', allowedHosts: ['a.example'] }, /^allowedHosts: has no effect with the network "none"\./],
      [
        { network, allowedHosts: ['a.example', 'https://b.example'] },
        /^allowedHosts\.1: "https:\/\/b\.example" is not a/,
      ],
      [{ network, allowedHosts: ['localhost:80'] }, /^allowedHosts\.0: .* named by its address, as in 127\.0\.0\.1/],
      [{ network, allowedHosts: [] }, /^allowedHosts: /],
      [{ network: 'some' as 'full' }, /^network: "some" is none of full, allowlist, none\./],
    ]
    for (const [input, error] of cases) {
      const answer = await deploy('listed', input)
      assert.deepEqual([answer.status, answer.body.code], [400, 'INVALID_REQUEST'], JSON.stringify(input))
      assert.match(answer.body.error, error)
    }
  })

  it("have no network when they are an agent's and nobody asks for one", async () => {
    const { status, body } = await deploy('generated', { profile: 'agent' })
    // Without a sandbox they are not deployed at all.
    if (status === 422) return assert.match(body.error, /^profile: agent needs a sandbox/)
    assert.deepEqual([status, body.profile, body.network], [201, 'agent', 'none'])
    const { body: refused } = await deploy('generated', { profile: 'robot' as 'agent' })
    assert.deepEqual([refused.code, refused.details?.['field']], ['INVALID_REQUEST', 'profile'])
  })

  it('answer 429 with the time to come again when as many calls wait as may', async () => {
    const { body } = await deploy('busy', {
      source: base64('export const handler = () => new Promise(resolve => setTimeout(resolve, 100, "done"))'),
      scaling: { maxScale: 1, containerConcurrency: 1 },
    })
    const answers = await Promise.all(Array.from({ length: 40 }, () => api('POST', `/functions/${body.id}/invoke`)))
    const refused = answers.filter(({ status }) => status === 429)
    assert.ok(refused.length > 0 && refused.length <= 29)
    assert.equal(answers.filter(({ status }) => status === 200).length, 40 - refused.length)
    for (const { headers } of refused) {
      assert.deepEqual([headers.get('retry-after'), headers.get('hks-error')], ['1', 'FUNCTION_OVERLOADED'])
    }
  })

  it('show their source only when it is asked for, as it can be deployed again', async () => {
    const file: SourceFile = {
      path: 'index.mjs',
      executable: false,
      data: Buffer.from('export const handler = () => 1'),
    }
    const { body } = await deploy('source', { source: base64(gzipSync(writeCanonicalTar([file]))) })
    assert.equal(body.source, undefined)
    const plain = await gateway.client.call('getFunction', { params: { id: body.id } })
    assert.equal(plain.source, undefined)
    const whole = await gateway.client.call('getFunction', { params: { id: body.id }, query: { include: 'source' } })
    const again = await deploy('source', { source: whole.source! })
    assert.deepEqual([again.status, again.body.revision], [200, 2])
    const digests = again.body.revisions.map(revision => revision.sourceDigest)
    assert.equal(digests[0], digests[1])
    assert.deepEqual(gunzipSync(Buffer.from(whole.source!, 'base64')), Buffer.from(writeCanonicalTar([file])))
  })

  it('answer a call with their own answer and its invocation', async () => {
    const { body: fn } = await deploy('echo')
    const answer = await gateway.client.invoke(fn.id, json({ a: [1, 'ä'] }), asJson)
    assert.deepEqual([answer.status, answer.code, textOf(answer.body)], [200, undefined, '{"a":[1,"ä"]}'])
    const [invocation] = await invocationsOf(fn.id)
    assert.equal(invocation?.id, answer.invocationId)
    assert.deepEqual(
      [
        invocation?.outcome,
        invocation?.statusCode,
        invocation?.source,
        invocation?.requestBytes,
        invocation?.responseBytes,
      ],
      ['succeeded', 200, 'invoke', 14, 14],
    )
    assert.ok(invocation!.completedAt! >= invocation!.startedAt)
  })

  it('never see the token of the gateway', async () => {
    const { body: fn } = await deploy('headers', {
      source: base64('export const handler = (e, c) => c.request.headers'),
    })
    const answer = await api(
      'POST',
      `/functions/${fn.id}/invoke`,
      {},
      { 'X-Mine': '1', Cookie: 'c=1', traceparent: '00-1' },
    )
    const seen = (await answer.json()) as Record<string, string>
    assert.deepEqual([seen['x-mine'], seen.traceparent, seen['content-type']], ['1', '00-1', 'application/json'])
    assert.doesNotMatch(JSON.stringify(seen), new RegExp(gateway.ready.token))
    assert.deepEqual([seen.authorization, seen.cookie, seen.host], [undefined, undefined, undefined])
  })

  it('show an exception with type, message and stack, and record it in one line', async () => {
    const { body: fn } = await deploy('throws', { source: base64('export function handler() { null.x }') })
    const answer = await gateway.client.invoke(fn.id, json(1), asJson)
    assert.deepEqual([answer.status, answer.code], [500, 'FUNCTION_FAILED'])
    const body = JSON.parse(textOf(answer.body)) as ErrorBody & { details: { exception: Record<string, string> } }
    assert.equal(body.code, 'FUNCTION_FAILED')
    assert.equal(body.details.exception.type, 'TypeError')
    assert.match(body.details.exception.stack!, /index\.mjs/)
    const [invocation] = await invocationsOf(fn.id)
    assert.deepEqual(
      [invocation?.outcome, invocation?.code, invocation?.statusCode],
      ['failed', 'FUNCTION_FAILED', 500],
    )
    assert.match(invocation?.message ?? '', /TypeError: Cannot read/)
  })

  it('run in the background when that is preferred', async () => {
    const source = base64(
      'export const handler = n => new Promise(r => setTimeout(() => { console.log("done"); r(n) }, 200))',
    )
    const { body: fn } = await deploy('background', { source })
    const answer = await gateway.client.invoke(fn.id, json(5), { ...asJson, prefer: 'respond-async' })
    assert.ok(answer.invocationId)
    assert.equal(answer.status, 202)
    const { invocationId } = JSON.parse(textOf(answer.body)) as { invocationId: string }
    const [running] = await invocationsOf(fn.id)
    assert.equal(running?.id, invocationId)
    const lines = await gateway.client.open('getFunctionLogs', {
      params: { id: fn.id },
      query: { follow: true, invocationId },
    })
    for await (const chunk of lines.body!) if (Buffer.from(chunk).toString().includes('done')) break
    for (;;) {
      const [invocation] = await invocationsOf(fn.id)
      if (invocation?.outcome === 'running') continue
      assert.deepEqual([invocation?.outcome, invocation?.statusCode, invocation?.responseBytes], ['succeeded', 200, 1])
      break
    }
  })

  it('list their calls in pages, newest first', async () => {
    const { body: fn } = await deploy('pages')
    for (let i = 0; i < 5; i++) await gateway.client.invoke(fn.id, json(i), asJson)
    const all = (await invocationsOf(fn.id)).map(({ id }) => id)
    assert.equal(all.length, 5)
    const paged: string[] = []
    let cursor: string | undefined
    do {
      const query = { limit: 2, ...(cursor === undefined ? {} : { cursor }) }
      const page = await gateway.client.call('listInvocations', { params: { id: fn.id }, query })
      paged.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor
    } while (cursor !== undefined)
    assert.deepEqual(paged, all)
    await assert.rejects(
      gateway.client.call('listInvocations', { params: { id: fn.id }, query: { cursor: 'nonsense' } }),
      isCode('INVALID_REQUEST'),
    )
  })

  it('are refused with 400 for a bad source or handler, and 404 for an unknown project', async () => {
    const syntax = await deploy('bad', { source: base64('export const = 1') })
    assert.deepEqual([syntax.status, syntax.body.code], [400, 'INVALID_SOURCE'])
    assert.deepEqual([syntax.body.details?.file, syntax.body.details?.line], ['index.mjs', 1])
    const handler = await deploy('bad', { handler: '../evil.handler' })
    assert.deepEqual(
      [handler.status, handler.body.code, handler.body.details?.field],
      [400, 'INVALID_REQUEST', 'handler'],
    )
    const gzip = await deploy('bad', { source: base64(gzipSync('no tar')) })
    assert.deepEqual([gzip.status, gzip.body.code], [400, 'INVALID_SOURCE'])
    const failed = await deploy('bad', { source: base64('throw new Error("at once")') })
    assert.deepEqual([failed.status, failed.body.code], [422, 'DEPLOY_FAILED'])
    assert.match(failed.body.error, /at once/)
    const raised = await deploy('bad', { source: base64('\nJSON.parse("{")') })
    assert.deepEqual([raised.status, raised.body.code], [422, 'DEPLOY_FAILED'])
    assert.deepEqual([raised.body.details?.file, raised.body.details?.line], ['index.mjs', 2])
    await assert.rejects(gateway.client.call('listFunctions', { params: { id: 'nowhere' } }), isCode('NOT_FOUND'))
  })

  it('answer 202 while they are still being deployed, and the deployment can be cancelled', async () => {
    const source = base64('await new Promise(r => setTimeout(r, 600_000)); export const handler = () => 1')
    const going = await deploy('slow', { source, waitSeconds: 0 })
    assert.deepEqual([going.status, going.body.status, going.body.revision], [202, 'deploying', 0])
    const cancelled = await gateway.client.call('cancelDeployment', { params: { id: going.body.id } })
    assert.deepEqual([cancelled?.status, cancelled?.reason], ['failed', 'The deployment was cancelled.'])
    await assert.rejects(gateway.client.call('cancelDeployment', { params: { id: going.body.id } }), isCode('CONFLICT'))
  })

  it('answer within waitSeconds, however long the code takes to show a fault', async () => {
    const source = base64('await new Promise(r => setTimeout(r, 600_000)); export const handler = () => 1')
    const begun = performance.now()
    const { status, body } = await deploy('patient', { source, waitSeconds: 1 })
    const seconds = (performance.now() - begun) / 1000
    assert.deepEqual([status, body.status], [202, 'deploying'])
    // It waits that long at least; what the answer itself takes is far less than the check for a syntax error may take.
    assert.ok(seconds >= 1 && seconds < 3.5, `${seconds} s`)
    await gateway.client.call('cancelDeployment', { params: { id: body.id } })
  })

  it('fail their revision when a fault of the source shows after the answer', async () => {
    const late = await deploy('late', { source: base64('export const = 1'), waitSeconds: 0 })
    assert.equal(late.status, 202)
    const failed = await eventually(async () => {
      const fn = await gateway.client.call('getFunction', { params: { id: late.body.id } })
      assert.equal(fn.status, 'failed')
      return fn
    })
    assert.match(failed.reason ?? '', /^source: index\.mjs, line 1: /)
  })

  it('take and give 10 MB', async () => {
    const { body: fn } = await deploy('large')
    const large = json('x'.repeat(10_000_000))
    const answer = await gateway.client.invoke(fn.id, large, asJson)
    assert.equal(answer.status, 200)
    assert.ok(large.equals(answer.body))
  })

  it('use secrets that are written and never shown', async () => {
    const params = { id: projectId, secret: 'db' }
    const written = await gateway.client.call('writeSecret', { params, body: { data: { password: 'correct-horse' } } })
    assert.deepEqual(written, { name: 'db', keys: ['password'] })
    const listed = await gateway.client.call('listSecrets', { params: { id: projectId } })
    assert.deepEqual(listed.items, [{ name: 'db', keys: ['password'] }])
    const secrets = [{ name: 'PASSWORD', from: 'db/password' }]
    const { body: fn } = await deploy('secret', {
      secrets,
      source: base64('export const handler = () => process.env.PASSWORD.length'),
    })
    assert.doesNotMatch(JSON.stringify(fn), /correct-horse/)
    assert.equal(textOf((await gateway.client.invoke(fn.id, new Uint8Array())).body), '13')
    await gateway.client.call('deleteSecret', { params })
    const missing = await deploy('secret', { secrets })
    assert.deepEqual([missing.status, missing.body.code], [422, 'DEPLOY_FAILED'])
    assert.match(missing.body.hint ?? '', /hks-func secret set db password/)
  })

  it('use a changed secret from the next call on, while calls under way end', async () => {
    const params = { id: projectId, secret: 'turning' }
    const write = (data: Record<string, string>) => gateway.client.call('writeSecret', { params, body: { data } })
    await write({ key: 'first', other: 'x' })
    const { body: fn } = await deploy('turning', {
      secrets: [{ name: 'KEY', from: 'turning/key' }],
      // In a sandbox all have the same process id.
      source: base64(`const process = Math.random()
      export const handler = async waitFor => {
        if (waitFor) await fetch(waitFor)
        return [globalThis.process.env.KEY, process]
      }`),
    })
    const call = async (event: unknown) =>
      JSON.parse(textOf((await gateway.client.invoke(fn.id, json(event), asJson)).body)) as [string, number]
    const [, process] = await call(false)
    const server = createHttpServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const held = call(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const [, release] = (await once(server, 'request')) as [IncomingMessage, ServerResponse]

    await write({ other: 'y' })
    await write({ key: 'first' })
    assert.deepEqual(await call(false), ['first', process], 'goes on while its own secret is the same')
    await write({ key: 'second' })
    const [value, next] = await call(false)
    assert.equal(value, 'second')
    assert.notEqual(next, process)
    release.end()
    assert.deepEqual(await held, ['first', process])
    server.close()

    await gateway.client.call('deleteSecret', { params })
    const gone = await gateway.client.invoke(fn.id, json(false), asJson)
    assert.deepEqual([gone.status, gone.code], [503, 'FUNCTION_UNAVAILABLE'])
    assert.match(textOf(gone.body), /secret set turning key/)
    await write({ key: 'third' })
    assert.equal((await call(false))[0], 'third')
  })

  it('have the statuses of the platform that every other answer has', () => {
    for (const [code, status] of Object.entries(platformStatus)) assert.equal(status, statusOf[code as ErrorCode], code)
  })
})
