import assert from 'node:assert/strict'
import http from 'node:http'
import { once } from 'node:events'
import { HksError } from '../../../src/contract/errors.ts'
import type { Function, FunctionDeploy } from '../../../src/contract/functions.ts'
import { eventually } from '../../support/eventually.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { startTestGateway, type TestGateway } from '../../support/testGateway.ts'

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
const asJson = { contentType: 'application/json' } as const

const source = `
import { EventEmitter, once } from 'node:events'
const go = { count: 0, more: new EventEmitter() }
async function* held() { yield 'one'; await once(go.more, 'now'); yield 'two' }
async function* endless() { try { for (;;) { go.count += 1; yield Buffer.alloc(65536, 7) } } finally { console.log('left') } }
async function* breaking() { yield 'before'; await null; throw new RangeError('in the middle') }
async function* dying() { yield 'before'; setTimeout(() => process.exit(3), 20); await new Promise(() => {}) }
async function* slow() { yield 'begun'; await new Promise(() => setInterval(() => {}, 1e6)) }
async function* large() { for (let n = 0; n < 640; n++) yield Buffer.alloc(65536, n) }
async function* rows() { for (let n = 1; n <= 3; n++) yield { n } }
const release = () => go.more.emit('now')
const routes = { held, endless, breaking, dying, slow, large, rows, release, count: () => go.count }
export const handler = (event, context) => routes[event ?? context.request.path.slice(1)](context)
`

describe('streamed answers over HTTP', function () {
  this.timeout(120_000)
  const folder = temporaryFolder()
  const workspace = temporaryFolder()
  let gateway: TestGateway
  let projectId: string
  let fn: Function

  const deploy = (name: string, input: Partial<FunctionDeploy> = {}) => {
    const body = {
      name,
      runtime: 'node' as const,
      public: true,
      source: Buffer.from(source).toString('base64'),
      ...input,
    }
    return gateway.client.call('deployFunction', { params: { id: projectId }, body })
  }
  before(async () => {
    gateway = await startTestGateway(folder.path)
    projectId = (await gateway.client.call('openProject', { body: { path: workspace.path } })).id
    fn = await deploy('streams')
  })
  after(async () => {
    await gateway.stop()
    folder[Symbol.dispose]()
    workspace[Symbol.dispose]()
  })

  const valueOf = async (event: string): Promise<number> =>
    Number(Buffer.from((await gateway.client.invoke(fn.id, json(event), asJson)).body).toString())
  const ways = {
    invoke: (event: string, signal?: AbortSignal) =>
      fetch(`${gateway.ready.url}/api/v1/functions/${fn.id}/invoke`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${gateway.ready.token}`, 'Content-Type': 'application/json' },
        body: JSON.stringify(event),
        ...(signal ? { signal } : {}),
      }),
    url: (event: string, signal?: AbortSignal) => fetch(`${fn.url}/${event}`, signal ? { signal } : {}),
  }
  const recordOf = (response: Response) =>
    eventually(async () => {
      const id = response.headers.get('hks-invocation-id')!
      const record = await gateway.client.call('getInvocation', { params: { id } })
      assert.notEqual(record.outcome, 'running')
      return record
    })

  for (const [way, call] of Object.entries(ways)) {
    describe(`through its ${way}`, () => {
      it('come as the function gives them', async () => {
        const response = await call('held')
        assert.equal(response.headers.get('content-type'), 'text/plain; charset=utf-8')
        const reader = response.body!.getReader()
        assert.equal(Buffer.from((await reader.read()).value).toString(), 'one')
        await valueOf('release')
        assert.equal(Buffer.from((await reader.read()).value).toString(), 'two')
        assert.equal((await reader.read()).done, true)
        const { outcome, statusCode, responseBytes } = await recordOf(response)
        assert.deepEqual([outcome, statusCode, responseBytes], ['succeeded', 200, 6])
      })

      it('are whole however long they are', async () => {
        const response = await call('large')
        const bytes = Buffer.from(await response.arrayBuffer())
        assert.equal(bytes.length, 640 * 65536)
        for (let n = 0; n < 640; n++) assert.equal(bytes[n * 65536], n % 256)
        assert.equal((await recordOf(response)).responseBytes, bytes.length)
      })

      it('that break off end the connection, and the record says why', async () => {
        const response = await call('breaking')
        assert.equal(response.status, 200)
        await assert.rejects(response.text())
        const { outcome, code, message } = await recordOf(response)
        assert.deepEqual([outcome, code], ['failed', 'FUNCTION_FAILED'])
        assert.match(message ?? '', /RangeError: in the middle/)
      })

      it('end with their process', async () => {
        const response = await call('dying')
        await assert.rejects(response.text())
        assert.equal((await recordOf(response)).code, 'FUNCTION_CRASHED')
      })

      it('stop when their reader goes away', async () => {
        const leaving = new AbortController()
        const response = await call('endless', leaving.signal)
        await response.body!.getReader().read()
        leaving.abort()
        const record = await recordOf(response)
        assert.deepEqual([record.outcome, record.code], ['failed', 'CANCELLED'])
        await eventually(async () => {
          const { items } = await gateway.client.call('getFunctionLogs', {
            params: { id: fn.id },
            query: { invocationId: record.id },
          })
          assert.ok(items.some(({ text }) => text === 'left'))
        })
      })
    })
  }

  it('wait for a reader that is slow, while other calls are answered', async () => {
    const before = await valueOf('count')
    const request = http.get(`${fn.url}/endless`)
    const [response] = (await once(request, 'response')) as [http.IncomingMessage]
    response.pause()
    // Nothing tells that it waits: it has, once the count stands still.
    let last = -1
    const count = await eventually(async () => {
      const now = await valueOf('count')
      const stands = now === last
      last = now
      assert.ok(stands)
      return now
    })
    // Buffers of the kernel and of both ends hold some megabytes at most.
    assert.ok(count > before && count - before < 400, String(count - before))
    request.destroy()
  })

  it('end when their time is up, also when nobody reads', async () => {
    fn = await deploy('hasty', { timeout: 1 })
    const response = await ways.url('slow')
    await assert.rejects(response.text())
    const { code, message } = await recordOf(response)
    assert.equal(code, 'TIMEOUT')
    assert.match(message ?? '', /1 seconds/)
    const unread = http.get(`${fn.url}/endless`)
    const [head] = (await once(unread, 'response')) as [http.IncomingMessage]
    head.pause()
    const id = head.headers['hks-invocation-id'] as string
    await eventually(async () => {
      assert.equal((await gateway.client.call('getInvocation', { params: { id } })).code, 'TIMEOUT')
    })
    unread.destroy()
    fn = (await gateway.client.call('listFunctions', { params: { id: projectId } })).items.find(
      f => f.name === 'streams',
    )!
  })

  it('answer a HEAD request without their body', async () => {
    const response = await fetch(`${fn.url}/endless`, { method: 'HEAD' })
    assert.deepEqual([response.status, await response.text()], [200, ''])
    assert.equal((await recordOf(response)).code, 'CANCELLED')
  })

  it('are kept whole of a call that nobody waits for', async () => {
    const { invocationId } = await gateway.client.invoke(fn.id, json('rows'), { ...asJson, prefer: 'respond-async' })
    await eventually(async () => {
      const answer = await gateway.client.invocationResult(invocationId!)
      assert.equal(answer.outcome, 'succeeded')
      assert.equal(Buffer.from(answer.body).toString(), '{"n":1}\n{"n":2}\n{"n":3}\n')
      assert.equal(answer.headers['content-type'], 'application/x-ndjson')
    })
  })

  it('are read by the client as they come, with the reason when they break off', async () => {
    const read = async (event: string) => {
      const { chunks } = await gateway.client.invokeStream(fn.id, json(event), asJson)
      const texts = []
      for await (const chunk of chunks) texts.push(Buffer.from(chunk).toString())
      return texts.join('')
    }
    assert.equal(await read('rows'), '{"n":1}\n{"n":2}\n{"n":3}\n')
    await assert.rejects(
      read('breaking'),
      error => error instanceof HksError && error.code === 'FUNCTION_FAILED' && /in the middle/.test(error.message),
    )
  })
})
