import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import WebSocket from 'ws'
import { followLogs } from '../../../src/client/followLogs.ts'
import type { LogLine, LogPage } from '../../../src/contract/logs.ts'
import { eventually } from '../../support/eventually.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { startTestGateway, type TestGateway } from '../../support/testGateway.ts'

describe('logs over HTTP', function () {
  this.timeout(60_000)
  const home = temporaryFolder()
  const folder = temporaryFolder()
  let gateway: TestGateway
  let id: string
  let projectId: string

  before(async () => {
    gateway = await startTestGateway(home.path)
    const { client } = gateway
    projectId = (await client.call('openProject', { body: { path: folder.path } })).id
    const command = ['sh', '-c', 'seq -f "line %.0f" 1 3000']
    const body = { projectId, name: 'lines', schedule: '0 0 1 1 *', command }
    ;({ id } = await client.call('createCronJob', { body }))
    const { id: execId } = await client.call('triggerCronJob', { params: { id } })
    await eventually(async () => {
      assert.equal((await client.call('getExecution', { params: { id, execId } })).status, 'succeeded')
    })
  })
  after(async () => {
    await gateway.stop()
    home[Symbol.dispose]()
    folder[Symbol.dispose]()
  })

  const page = (query: Record<string, unknown>): Promise<LogPage> =>
    gateway.client.call('getCronJobLogs', { params: { id }, query })
  const texts = (items: readonly LogLine[]) => items.map(line => line.text)
  const wanted = ['line 999', 'line 1999', 'line 2999']

  it('gives pages of the lines with a text, each going on where the last ended', async () => {
    assert.deepEqual(texts((await page({ grep: 'line 99', limit: 2 })).items), ['line 99', 'line 990'])
    const found: string[] = []
    let asked: Record<string, unknown> = { grep: '999', limit: 1 }
    for (let more = true; more; ) {
      const answer = await page(asked)
      found.push(...texts(answer.items))
      more = answer.more
      asked = { grep: '999', limit: 1, ...answer.next }
    }
    assert.deepEqual(found, wanted)
    assert.deepEqual(texts((await page({ grep: 'LINE 1', tail: 1, ignoreCase: true })).items), ['line 1999'])
    assert.deepEqual(texts((await page({ grep: 'LINE 1' })).items), [])
    assert.deepEqual(texts((await page({ grep: '999', tail: 1, before: 2990 })).items), ['line 1999', 'line 2999'])
    await assert.rejects(page({ grep: '' }), { code: 'INVALID_REQUEST' })
    await assert.rejects(page({ ignoreCase: true }), { code: 'INVALID_REQUEST', message: 'ignoreCase: needs grep.' })
    await assert.rejects(page({ before: 9 }), { code: 'INVALID_REQUEST', message: 'before: needs tail.' })
  })

  it('follows the lines with a text, over NDJSON and over a WebSocket', async () => {
    const abort = new AbortController()
    const query = { grep: '999' }
    const followed: string[] = []
    const client = async () => gateway.client
    for await (const batch of followLogs(client, { kind: 'cronJob', id }, { query, signal: abort.signal })) {
      if ('lines' in batch) followed.push(...texts(batch.lines))
      if (followed.length >= wanted.length) break
    }
    abort.abort()
    assert.deepEqual(followed, wanted)

    const address = `${gateway.ready.url.replace('http', 'ws')}/api/v1/applications/cronjobs/${id}/logs?grep=999&tail=2`
    const socket = new WebSocket(address, { headers: { Authorization: `Bearer ${gateway.ready.token}` } })
    const [message] = (await once(socket, 'message')) as [Buffer]
    const lines = message.toString().trim().split('\n')
    assert.deepEqual(texts(lines.map(line => JSON.parse(line) as LogLine)), wanted.slice(1))
    socket.close()
    await once(socket, 'close')
  })

  it('follows the log of a call from before its start to its end', async () => {
    const { client } = gateway
    const code = `export const handler = async () => {
      console.log('begins')
      await new Promise(done => setTimeout(done, 300))
      console.log('ends')
    }`
    const body = { name: 'followed', runtime: 'node' as const, source: Buffer.from(code).toString('base64') }
    const fn = await client.call('deployFunction', { params: { id: projectId }, body })
    const [invocationId, other] = [randomUUID(), randomUUID()]
    const followed: string[] = []
    const query = { invocationId }
    const { signal } = new AbortController()
    const following = followLogs(async () => client, { kind: 'function', id: fn.id }, { query, signal })
    const first = following.next()
    const answered = Promise.all(
      [1, 2].map(n => client.invoke(fn.id, new Uint8Array(), { invocationId: n === 1 ? invocationId : other })),
    )
    for (let next = await first; !next.done; next = await following.next()) {
      const batch = next.value
      if ('lines' in batch) followed.push(...texts(batch.lines))
      if ('end' in batch) followed.push(batch.end)
    }
    await answered
    assert.deepEqual(followed, ['begins', 'ends', 'The call ended: succeeded.'])
    const page = await client.call('getFunctionLogs', { params: { id: fn.id }, query: { invocationId: other } })
    assert.deepEqual([texts(page.items), page.end], [['begins', 'ends'], 'The call ended: succeeded.'])
  })

  const printers = {
    node: `export const handler = count => {
      for (let n = 0; n < count; n += 2) { console.log('line ' + n); console.error('line ' + (n + 1)) }
      return count
    }`,
    python: `import sys
def handler(count):
    for n in range(0, count, 2):
        print(f'line {n}')
        print(f'line {n + 1}', file=sys.stderr)
    return count
`,
  } as const
  for (const runtime of ['node', 'python'] as const) {
    it(`keeps the order of 100,000 lines that a function in ${runtime} writes to both streams, each with its call`, async () => {
      const { client } = gateway
      const count = 100_000
      const body = { name: `both-${runtime}`, runtime, source: Buffer.from(printers[runtime]).toString('base64') }
      const printer = await client.call('deployFunction', { params: { id: projectId }, body })
      const { status, invocationId } = await client.invoke(printer.id, Buffer.from(String(count)), {
        contentType: 'application/json',
      })
      assert.equal(status, 200)
      let n = 0
      let query: Record<string, unknown> = {}
      for (let more = true; more; ) {
        const answer = await client.call('getFunctionLogs', {
          params: { id: printer.id },
          query: { limit: 10_000, ...query, invocationId: invocationId! },
        })
        for (const line of answer.items) {
          assert.equal(line.text, `line ${n}`)
          assert.equal(line.stream, n % 2 === 0 ? 'stdout' : 'stderr')
          n += 1
        }
        more = answer.more
        query = answer.next
      }
      assert.equal(n, count)
    })
  }
})
