import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { HksError } from '../../../src/contract/errors.ts'
import type { FunctionDeploy } from '../../../src/contract/functions.ts'
import { eventually } from '../../support/eventually.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { startTestGateway, type TestGateway } from '../../support/testGateway.ts'

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
const asJson = { contentType: 'application/json' } as const
const later = { ...asJson, prefer: 'respond-async' } as const
const isCode = (code: string) => (error: unknown) => error instanceof HksError && error.code === code

describe('calls over HTTP', function () {
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

  const deploy = async (name: string, code: string, input: Partial<FunctionDeploy> = {}) => {
    const source = Buffer.from(code).toString('base64')
    const body = { name, runtime: 'node' as const, source, ...input }
    return gateway.client.call('deployFunction', { params: { id: projectId }, body })
  }
  const read = (id: string) => gateway.client.call('getInvocation', { params: { id } })
  const settled = (id: string) =>
    eventually(async () => {
      const result = await gateway.client.invocationResult(id)
      assert.notEqual(result.outcome, 'running')
      return result
    })

  it('have the id that their caller chose, which no other may have', async () => {
    const fn = await deploy('chosen', 'export const handler = () => 1')
    const id = randomUUID()
    const { invocationId } = await gateway.client.invoke(fn.id, json({}), { ...asJson, invocationId: id })
    assert.equal(invocationId, id)
    assert.equal((await read(id)).outcome, 'succeeded')
    await assert.rejects(gateway.client.invoke(fn.id, json({}), { invocationId: id }), isCode('CONFLICT'))
    await assert.rejects(gateway.client.invoke(fn.id, json({}), { invocationId: 'mine' }), isCode('INVALID_REQUEST'))
  })

  it('say how they were served, and what they were sent', async () => {
    const fn = await deploy('served', 'export const handler = event => event')
    const { invocationId } = await gateway.client.invoke(fn.id, json({ a: 'ä' }), {
      ...asJson,
      headers: { 'ce-type': 't', 'ce-id': '1', 'ce-source': '/s', 'ce-specversion': '1.0', 'x-api-key': 'mine' },
    })
    const { request, startedAt, completedAt, durationMs, ...call } = await read(invocationId!)
    assert.deepEqual(call, {
      id: invocationId,
      functionId: fn.id,
      revision: 1,
      queueMs: 0,
      sandbox: (await gateway.client.call('getGateway')).sandbox.level,
      outcome: 'succeeded',
      statusCode: 200,
      source: 'invoke',
      async: false,
      coldStart: false,
      requestBytes: 10,
      responseBytes: 10,
    })
    assert.equal(durationMs, Date.parse(completedAt!) - Date.parse(startedAt))
    assert.deepEqual(request, {
      headers: {
        'ce-id': '1',
        'ce-source': '/s',
        'ce-specversion': '1.0',
        'ce-type': 't',
        'content-type': 'application/json',
      },
      body: '{"a":"ä"}',
      encoding: 'utf8',
      masked: false,
    })
    await assert.rejects(gateway.client.invocationResult(invocationId!), isCode('NOT_FOUND'))
    await assert.rejects(read('nowhere'), isCode('NOT_FOUND'))
  })

  it('do not say how the code is confined before it has run', async () => {
    const fn = await deploy('confined', 'export const handler = () => new Promise(() => undefined)')
    const { invocationId } = await gateway.client.invoke(fn.id, json({}), later)
    const running = await eventually(() => read(invocationId!))
    assert.deepEqual([running.outcome, running.sandbox], ['running', undefined])
    await gateway.client.call('cancelInvocation', { params: { id: invocationId! } })
    const level = (await gateway.client.call('getGateway')).sandbox.level
    assert.deepEqual(await read(invocationId!).then(call => [call.outcome, call.sandbox]), ['failed', level])
  })

  it('keep bytes that are no text, mask secrets of the function, and keep nothing large', async () => {
    await gateway.client.call('writeSecret', {
      params: { id: projectId, secret: 'door' },
      body: { data: { key: 'open "sesame"' } },
    })
    const fn = await deploy('payloads', 'export const handler = event => event?.length ?? 0', {
      secrets: [{ name: 'KEY', from: 'door/key' }],
    })
    const requestOf = async (body: Uint8Array, contentType: string) => {
      const { invocationId } = await gateway.client.invoke(fn.id, body, { contentType })
      return (await read(invocationId!)).request
    }
    const bytes = Buffer.from([0, 255, 10])
    const kept = await requestOf(bytes, 'image/png')
    assert.deepEqual([kept?.encoding, kept?.body], ['base64', bytes.toString('base64')])
    const masked = await requestOf(json({ with: 'open "sesame"' }), 'application/json')
    assert.deepEqual([masked?.masked, masked?.body], [true, '{"with":"***"}'])
    assert.equal(await requestOf(Buffer.alloc(64 * 1024 + 1), 'image/png'), undefined)
    assert.ok(await requestOf(Buffer.alloc(64 * 1024), 'image/png'))
  })

  it('that nobody waits for keep their answer, byte for byte', async () => {
    const fn = await deploy(
      'background',
      `export const handler = (event, { response }) => {
        if (event === 'throw') throw new Error('on purpose')
        return response(event === 'large' ? 200 : 203, { 'X-Kind': ['a', 'b'] }, Buffer.alloc(event === 'large' ? 1048577 : 3, 255))
      }`,
    )
    const call = async (event: string) => {
      const { invocationId, status } = await gateway.client.invoke(fn.id, json(event), later)
      assert.equal(status, 202)
      return invocationId!
    }
    const good = await call('fine')
    const answer = await settled(good)
    assert.deepEqual(
      [answer.outcome, answer.status, answer.code, answer.invocationId, answer.headers['x-kind']],
      ['succeeded', 203, undefined, good, 'a, b'],
    )
    assert.deepEqual(Buffer.from(answer.body), Buffer.alloc(3, 255))
    const { async: isAsync, result } = await read(good)
    assert.deepEqual([isAsync, result?.status, result?.bytes, result?.kept], [true, 203, 3, true])
    const day = Date.parse(result!.expiresAt) - Date.now()
    assert.ok(day > 23 * 3600_000 && day <= 24 * 3600_000, String(day))

    const failed = await settled(await call('throw'))
    assert.deepEqual([failed.outcome, failed.status, failed.code], ['failed', 500, 'FUNCTION_FAILED'])

    const large = await call('large')
    await eventually(async () => assert.equal((await read(large)).outcome, 'succeeded'))
    await assert.rejects(gateway.client.invocationResult(large), isCode('NOT_FOUND'))
    assert.deepEqual([(await read(large)).result?.kept, (await read(large)).result?.bytes], [false, 1048577])
  })

  it('that are under way say so, and can be ended', async () => {
    const fn = await deploy(
      'slow',
      `export const handler = (event, { signal }) => new Promise((_, reject) => {
        console.log('begun')
        signal.addEventListener('abort', () => { console.log('told'); reject(signal.reason) })
      })`,
    )
    const logged = (line: string) =>
      eventually(async () => {
        const { items } = await gateway.client.call('getFunctionLogs', { params: { id: fn.id } })
        assert.ok(items.some(({ text }) => text === line))
      })
    const { invocationId } = await gateway.client.invoke(fn.id, json(1), later)
    // One that is cancelled before it reaches the handler is told to nobody.
    await logged('begun')
    const url = `${gateway.ready.url}/api/v1/invocations/${invocationId}/result`
    const running = await fetch(url, { headers: { Authorization: `Bearer ${gateway.ready.token}` } })
    assert.deepEqual(
      [running.status, running.headers.get('retry-after'), running.headers.get('hks-invocation-outcome')],
      [202, '1', 'running'],
    )
    assert.deepEqual(await running.json(), { invocationId, outcome: 'running' })

    const ended = await gateway.client.call('cancelInvocation', { params: { id: invocationId! } })
    assert.deepEqual([ended.outcome, ended.code, ended.message], ['failed', 'CANCELLED', 'The call was cancelled.'])
    const answer = await gateway.client.invocationResult(invocationId!)
    assert.deepEqual([answer.status, answer.code, answer.outcome], [499, 'CANCELLED', 'failed'])
    const cancel = gateway.client.call('cancelInvocation', { params: { id: invocationId! } })
    await assert.rejects(cancel, isCode('CONFLICT'))
    await logged('told')
  })

  it('that somebody waits for are ended as well: the caller hears it', async () => {
    const fn = await deploy('held', 'export const handler = () => new Promise(() => setInterval(() => {}, 1e6))')
    const waiting = gateway.client.invoke(fn.id, json(1), asJson)
    const id = await eventually(async () => {
      const { items } = await gateway.client.call('listInvocations', {
        params: { id: fn.id },
        query: { outcome: 'running' },
      })
      assert.equal(items.length, 1)
      return items[0]!.id
    })
    await gateway.client.call('cancelInvocation', { params: { id } })
    const answer = await waiting
    assert.deepEqual([answer.status, answer.code, answer.invocationId], [499, 'CANCELLED', id])
  })

  it('outlive the gateway: answers are still there, and what was under way has crashed', async () => {
    const fn = await deploy(
      'lasting',
      'export const handler = event => event === 1 ? 1 : new Promise(() => setInterval(() => {}, 1e6))',
    )
    const [done, cut] = await Promise.all([1, 2].map(event => gateway.client.invoke(fn.id, json(event), later)))
    await settled(done!.invocationId!)
    await gateway.kill()
    gateway = await startTestGateway(folder.path)
    const answer = await gateway.client.invocationResult(done!.invocationId!)
    assert.deepEqual([answer.status, Buffer.from(answer.body).toString()], [200, '1'])
    const crashed = await gateway.client.invocationResult(cut!.invocationId!)
    assert.deepEqual(
      [crashed.status, crashed.code, crashed.outcome, crashed.invocationId],
      [502, 'FUNCTION_CRASHED', 'failed', cut!.invocationId],
    )
    assert.match(Buffer.from(crashed.body).toString(), /The gateway was killed during the call/)
  })

  it('go with their function', async () => {
    const fn = await deploy('going', 'export const handler = event => event')
    const { invocationId } = await gateway.client.invoke(fn.id, json(1), asJson)
    await gateway.client.call('deleteFunction', { params: { id: fn.id } })
    await assert.rejects(read(invocationId!), isCode('NOT_FOUND'))
    const left = await gateway.client.call('listFunctions', { params: { id: projectId } })
    assert.ok(!left.items.some(({ id }) => id === fn.id))
  })
})
