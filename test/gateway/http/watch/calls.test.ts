import assert from 'node:assert/strict'
import type { FunctionCalls } from '../../../../src/contract/invocations.ts'
import { watchGateway } from '../../../../src/client/watchGateway.ts'
import type { WatchMessage } from '../../../../src/contract/watch.ts'
import { eventually } from '../../../support/eventually.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'
import { startTestGateway, type TestGateway } from '../../../support/testGateway.ts'

describe('watching the calls of functions', function () {
  this.timeout(120_000)
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

  const deploy = async (name: string, code: string) => {
    const body = { name, runtime: 'node' as const, source: Buffer.from(code).toString('base64') }
    return gateway.client.call('deployFunction', { params: { id: projectId }, body })
  }
  /** Watches until it is disposed. */
  const watch = () => {
    const messages: WatchMessage[] = []
    const controller = new AbortController()
    const { signal } = controller
    const onMessage = (message: WatchMessage) => void messages.push(message)
    void watchGateway({ connect: () => Promise.resolve(gateway.ready), onMessage, onState: () => undefined, signal })
    const calls = (id: string): FunctionCalls[] =>
      messages.flatMap(m => (m.type === 'put' && m.kind === 'calls' && m.object.functionId === id ? [m.object] : []))
    return { messages, calls, [Symbol.dispose]: () => controller.abort() }
  }
  const snapshotOf = async ({ messages }: ReturnType<typeof watch>) => {
    const found = await eventually(() => {
      const snapshot = messages.find(message => message.type === 'snapshot')
      assert.ok(snapshot)
      return snapshot
    })
    return found
  }

  it('tells of a call, whoever made it, and of one that still runs', async () => {
    const fn = await deploy('told', 'export const handler = ms => new Promise(done => setTimeout(done, ms, 1))')
    using watcher = watch()
    assert.deepEqual(
      (await snapshotOf(watcher)).calls.filter(calls => calls.functionId === fn.id),
      [],
    )
    const { url, headers } = await gateway.client.call('getFunctionAccess', { params: { id: fn.id } })
    const json = { ...headers, 'content-type': 'application/json' }
    await fetch(url, { method: 'POST', headers: json, body: '0' })
    await eventually(() => {
      const told = watcher.calls(fn.id).at(-1)
      assert.deepEqual(told && [told.day.calls, told.latest[0]?.source, told.latest[0]?.outcome], [
        1,
        'url',
        'succeeded',
      ])
    })
    const slow = gateway.client.invoke(fn.id, Buffer.from('3000'), { contentType: 'application/json' })
    await eventually(() => assert.equal(watcher.calls(fn.id).at(-1)?.latest[0]?.outcome, 'running'))
    await slow
    await eventually(() => {
      const told = watcher.calls(fn.id).at(-1)!
      assert.deepEqual([told.day.calls, told.latest.length, told.latest[0]?.outcome], [2, 2, 'succeeded'])
      assert.ok(told.day.p95Ms! >= 3000)
    })
  })

  it('tells of many calls together', async () => {
    const fn = await deploy('busy', 'export const handler = () => 1')
    using watcher = watch()
    await snapshotOf(watcher)
    const started = Date.now()
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        for (let i = 0; i < 50; i++) await gateway.client.invoke(fn.id, new Uint8Array())
      }),
    )
    await eventually(() => assert.equal(watcher.calls(fn.id).at(-1)?.day.calls, 400))
    const most = 2 + (2 * (Date.now() - started)) / 1000
    assert.ok(watcher.calls(fn.id).length <= most, `${watcher.calls(fn.id).length} messages`)
    assert.equal(watcher.calls(fn.id).at(-1)?.latest.length, 5)
  })

  it('knows the calls of the day after a restart, and forgets those of a function that is deleted', async () => {
    const fn = await deploy('kept', "export const handler = () => { throw new TypeError('no') }")
    await gateway.client.invoke(fn.id, new Uint8Array())
    const quiet = await deploy('quiet', 'export const handler = () => 1')
    await gateway.stop()
    gateway = await startTestGateway(folder.path)
    using watcher = watch()
    const { calls } = await snapshotOf(watcher)
    const kept = calls.find(one => one.functionId === fn.id)
    assert.deepEqual([kept?.day.calls, kept?.day.failed, kept?.latest[0]?.outcome], [1, 1, 'failed'])
    assert.equal(
      calls.some(one => one.functionId === quiet.id),
      false,
    )
    await gateway.client.invoke(fn.id, new Uint8Array())
    await eventually(() => assert.equal(watcher.calls(fn.id).at(-1)?.day.calls, 2))
    await gateway.client.call('deleteFunction', { params: { id: fn.id } })
    using later = watch()
    const after = (await snapshotOf(later)).calls
    assert.equal(
      after.some(one => one.functionId === fn.id),
      false,
    )
  })
})
