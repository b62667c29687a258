import assert from 'node:assert/strict'
import { once } from 'node:events'
import WebSocket from 'ws'
import type { CronJob } from '../../../../src/contract/cronJobs.ts'
import { watchPath } from '../../../../src/contract/routes.ts'
import type { WatchMessage } from '../../../../src/contract/watch.ts'
import { eventually } from '../../../support/eventually.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'
import { startTestGateway, type TestGateway } from '../../../support/testGateway.ts'

/** A connection and what came over it. */
interface Watcher {
  readonly messages: WatchMessage[]
  readonly socket: WebSocket
  close(): Promise<void>
}

describe('watching the gateway', function () {
  this.timeout(60_000)
  const folder = temporaryFolder()
  const project = temporaryFolder()
  let gateway: TestGateway
  let projectId: string

  before(async () => {
    gateway = await startTestGateway(folder.path)
    projectId = (await gateway.client.call('openProject', { body: { path: project.path } })).id
  })
  after(async () => {
    await gateway.stop()
    folder[Symbol.dispose]()
    project[Symbol.dispose]()
  })

  const open = async <T>(path: string): Promise<{ socket: WebSocket; messages: T[] }> => {
    const socket = new WebSocket(`${gateway.ready.url.replace('http', 'ws')}${path}`, {
      headers: { Authorization: `Bearer ${gateway.ready.token}` },
    })
    const messages: T[] = []
    socket.on('message', data => {
      for (const line of (data as Buffer).toString().trim().split('\n')) messages.push(JSON.parse(line) as T)
    })
    await once(socket, 'open')
    return { socket, messages }
  }
  const watch = async (cursor?: string): Promise<Watcher> => {
    const { socket, messages } = await open<WatchMessage>(
      `${watchPath}${cursor === undefined ? '' : `?cursor=${cursor}`}`,
    )
    const close = async () => {
      const closed = once(socket, 'close')
      socket.close()
      await closed
    }
    return { messages, socket, close }
  }
  const createJob = (name: string, command: string[] = ['true']): Promise<CronJob> =>
    gateway.client.call('createCronJob', {
      body: { projectId, name, schedule: '0 0 1 1 *', timeZone: 'UTC', command },
    })
  const cursorOf = (message: WatchMessage | undefined): string => {
    assert.ok(message && 'cursor' in message)
    return message.cursor
  }
  const has = ({ messages }: Watcher, test: (message: WatchMessage) => boolean) =>
    eventually(() => assert.ok(messages.some(test), JSON.stringify(messages)))

  it('begins with a snapshot and goes on with each change', async () => {
    const watcher = await watch()
    await has(watcher, message => message.type === 'snapshot' && message.projects.some(({ id }) => id === projectId))
    const job = await createJob('watched')
    await has(watcher, message => message.type === 'put' && message.kind === 'cronJob' && message.object.id === job.id)
    await gateway.client.call('triggerCronJob', { params: { id: job.id } })
    await has(
      watcher,
      message => message.type === 'put' && message.kind === 'execution' && message.object.status === 'succeeded',
    )
    await has(
      watcher,
      message =>
        message.type === 'put' &&
        message.kind === 'cronJob' &&
        message.object.active === 0 &&
        message.object.recentExecutions[0]?.status === 'succeeded',
    )
    await gateway.client.call('deleteCronJob', { params: { id: job.id } })
    await has(watcher, message => message.type === 'delete' && message.kind === 'cronJob' && message.id === job.id)
    await watcher.close()
  })

  it('resumes behind a cursor without a gap and without a duplicate', async () => {
    const first = await watch()
    await has(first, message => message.type === 'snapshot')
    const before = await createJob('before')
    await has(first, message => message.type === 'put' && message.kind === 'cronJob' && message.object.id === before.id)
    const cursor = cursorOf(first.messages.at(-1))
    await first.close()
    const missed = await createJob('missed')
    const second = await watch(cursor)
    await has(
      second,
      message => message.type === 'put' && message.kind === 'cronJob' && message.object.id === missed.id,
    )
    assert.ok(second.messages.every(message => message.type !== 'snapshot'))
    assert.ok(!JSON.stringify(second.messages).includes(before.id))
    const cursors = second.messages.map(cursorOf)
    assert.equal(new Set(cursors).size, cursors.length)
    await second.close()
  })

  it('tells one who comes later what a deployment under way does, and how it ends', async () => {
    const source = Buffer.from(
      'await new Promise(r => setTimeout(r, 600_000)); export const handler = () => 1',
    ).toString('base64')
    const fn = await gateway.client.call('deployFunction', {
      params: { id: projectId },
      body: { name: 'slow', runtime: 'node', source, waitSeconds: 0 },
    })
    const watcher = await watch()
    await has(watcher, message => message.type === 'snapshot')
    const [snapshot] = watcher.messages
    assert.ok(snapshot?.type === 'snapshot')
    assert.deepEqual(
      snapshot.deployments.map(({ functionId, name, revision, done }) => ({ functionId, name, revision, done })),
      [{ functionId: fn.id, name: 'slow', revision: 1, done: false }],
    )
    await gateway.client.call('cancelDeployment', { params: { id: fn.id } })
    await has(
      watcher,
      message => message.type === 'put' && message.kind === 'deployment' && message.object.outcome === 'cancelled',
    )
    await watcher.close()
  })

  it('tells of a new function that is deployed early enough to cancel it before it is there', async () => {
    const watcher = await watch()
    const source = Buffer.from('await new Promise(r => setTimeout(r, 600_000)); export const handler = () => 1')
    const body = { name: 'hasty', runtime: 'node', source: source.toString('base64'), waitSeconds: 30 } as const
    const refused = assert.rejects(gateway.client.call('deployFunction', { params: { id: projectId }, body }), {
      code: 'CANCELLED',
    })
    const told = await eventually(() => {
      const found = watcher.messages.find(m => m.type === 'put' && m.kind === 'deployment' && m.object.name === 'hasty')
      assert.ok(found?.type === 'put' && found.kind === 'deployment')
      return found.object
    })
    const params = { id: told.functionId }
    await assert.rejects(gateway.client.call('getFunction', { params }), { code: 'NOT_FOUND' })
    assert.equal(await gateway.client.call('cancelDeployment', { params }), undefined)
    await refused
    await has(watcher, m => m.type === 'put' && m.kind === 'deployment' && m.object.outcome === 'cancelled')
    await assert.rejects(gateway.client.call('getFunction', { params }), { code: 'NOT_FOUND' })
    await watcher.close()
  })

  it('tells of the sandbox of the machine, which is looked for again when somebody asks for it', async () => {
    const { sandbox } = await gateway.client.call('checkGateway')
    const watcher = await watch()
    await has(watcher, message => message.type === 'snapshot')
    const [snapshot] = watcher.messages
    assert.ok(snapshot?.type === 'snapshot')
    assert.deepEqual(snapshot.sandbox, sandbox)
    await watcher.close()
  })

  it('tells of a call when it takes long, and when it has ended, but of no short one', async () => {
    const source = 'export const handler = ms => new Promise(r => setTimeout(r, ms))'
    const fn = await gateway.client.call('deployFunction', {
      params: { id: projectId },
      body: { name: 'waits', runtime: 'node', source: Buffer.from(source).toString('base64') },
    })
    const invoke = (ms: number) =>
      gateway.client.invoke(fn.id, Buffer.from(String(ms)), { contentType: 'application/json' })
    const watcher = await watch()
    await invoke(0)
    const long = invoke(600_000)
    const invocations = ({ messages }: Watcher) =>
      messages.flatMap(message => (message.type === 'put' && message.kind === 'invocation' ? [message.object] : []))
    const id = await eventually(() => {
      const [told] = invocations(watcher)
      assert.equal(told?.outcome, 'running')
      return told.id
    })
    const later = await watch()
    await has(later, message => message.type === 'snapshot')
    const [snapshot] = later.messages
    assert.ok(snapshot?.type === 'snapshot')
    assert.deepEqual(
      snapshot.invocations.map(call => [call.id, call.functionId]),
      [[id, fn.id]],
    )
    await gateway.client.call('cancelInvocation', { params: { id } })
    await long
    await eventually(() => {
      const told = invocations(watcher).map(call => [call.id, call.outcome, call.code])
      assert.deepEqual(told, [
        [id, 'running', undefined],
        [id, 'failed', 'CANCELLED'],
      ])
    })
    await Promise.all([watcher.close(), later.close()])
  })

  it('gives a new snapshot for a cursor that it does not know', async () => {
    for (const cursor of ['another-boot:3', 'nonsense', encodeURIComponent(`${'x'.repeat(50)}:-1`)]) {
      const watcher = await watch(cursor)
      await has(watcher, message => message.type === 'snapshot')
      await watcher.close()
    }
  })

  it('follows a log over a WebSocket and resumes behind a sequence number', async () => {
    const job = await createJob('speaks', ['sh', '-c', 'for i in 1 2 3; do echo "line $i"; done'])
    const run = await gateway.client.call('triggerCronJob', { params: { id: job.id } })
    const path = `/api/v1/applications/${job.id}/executions/${run.id}/logs`
    type Record = { readonly seq?: number; readonly text?: string; readonly end?: string }
    const all = await open<Record>(path)
    await eventually(() => assert.ok(all.messages.some(record => record.end !== undefined)))
    const lines = all.messages.filter(record => record.text?.startsWith('line '))
    assert.deepEqual(
      lines.map(line => line.text),
      ['line 1', 'line 2', 'line 3'],
    )
    const rest = await open<Record>(`${path}?after=${lines[1]?.seq}`)
    await eventually(() => assert.ok(rest.messages.some(record => record.end !== undefined)))
    assert.deepEqual(
      rest.messages.filter(record => record.text?.startsWith('line ')).map(line => line.text),
      ['line 3'],
    )
  })

  it('says goodbye before it stops', async () => {
    using home = temporaryFolder()
    const other = await startTestGateway(home.path)
    const socket = new WebSocket(`${other.ready.url.replace('http', 'ws')}${watchPath}`, {
      headers: { Authorization: `Bearer ${other.ready.token}` },
    })
    const received: WatchMessage[] = []
    socket.on('message', data => received.push(JSON.parse((data as Buffer).toString()) as WatchMessage))
    await once(socket, 'open')
    const closed = once(socket, 'close')
    await other.stop()
    await closed
    assert.equal(received.at(-1)?.type, 'bye')
  })
})
