import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HksError } from '../../../src/contract/errors.ts'
import {
  createGatewaySession,
  type GatewaySession,
  type SessionOptions,
} from '../../../src/extension/gatewayProcess/gatewaySession.ts'
import type { GatewayState } from '../../../src/extension/model/gatewayState.ts'
import { startTestGateway, type TestGateway } from '../../support/testGateway.ts'

describe('the session with a gateway', function () {
  this.timeout(60_000)
  let home: string
  let gateway: TestGateway
  let session: GatewaySession
  let starts: number

  const open = (options: Partial<SessionOptions> = {}): GatewaySession => {
    session = createGatewaySession({
      connect: async () => {
        starts++
        return gateway.ready
      },
      find: async () => undefined,
      greet: async client => (await client.call('getGateway')).version,
      ...options,
    })
    return session
  }
  const reaches = (kind: GatewayState['kind']): Promise<GatewayState> =>
    new Promise(resolve => {
      const subscription = session.onDidChangeState(state => {
        if (state.kind !== kind) return
        subscription.dispose()
        resolve(state)
      })
    })

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'hks-session-'))
    gateway = await startTestGateway(home)
    starts = 0
  })
  afterEach(async () => {
    session.dispose()
    await gateway.kill()
    await rm(home, { recursive: true, force: true, maxRetries: 5 })
  })

  it('starts nothing until something needs the gateway', async () => {
    open()
    assert.deepEqual(session.state, { kind: 'idle' })
    assert.equal(starts, 0)
    await session.ready()
    assert.equal(starts, 1)
  })

  it('connects once, however many need the gateway at the same time', async () => {
    open()
    session.start()
    const clients = await Promise.all([session.ready(), session.ready(), session.ready()])
    assert.equal(new Set(clients).size, 1)
    assert.equal(starts, 1)
  })

  it('holds what the gateway has, and each change as it comes', async () => {
    const before = await gateway.client.call('openProject', { body: { path: home, name: 'before' } })
    const client = await open().ready()
    assert.deepEqual([...session.resources.projects.keys()], [before.id])
    const told = new Promise<void>(resolve => {
      session.onDidReceive(change => {
        if (change.type === 'put' && change.kind === 'cronJob') resolve()
      })
    })
    const body = { projectId: before.id, name: 'a', schedule: '0 0 1 1 *', timeZone: 'UTC', command: ['true'] }
    const job = await client.call('createCronJob', { body })
    await told
    assert.equal(session.resources.cronJobs.get(job.id)?.name, 'a')
  })

  it('finds the gateway again after it was killed', async () => {
    await open().ready()
    const lost = reaches('reconnecting')
    await gateway.kill()
    await lost
    const found = reaches('ready')
    gateway = await startTestGateway(home)
    await found
    assert.equal((await (await session.ready()).call('getGateway')).pid, gateway.ready.pid)
  })

  it('says why there is no gateway, and tries again only when it is asked to', async () => {
    const error = new HksError('GATEWAY_START_FAILED', 'No space.')
    let fails = true
    open({
      connect: async () => {
        starts++
        if (fails) throw error
        return gateway.ready
      },
    })
    await assert.rejects(session.ready(), error)
    assert.deepEqual(session.state, { kind: 'error', error })
    assert.equal(starts, 1)
    fails = false
    await session.ready()
    assert.equal(starts, 2)
  })

  it('does not start a gateway that somebody stopped', async () => {
    await open().ready()
    const stopped = reaches('stopped')
    await gateway.client.call('drainGateway', { body: { graceSeconds: 0 } })
    const state = await stopped
    assert.equal(starts, 1)
    assert.ok(state.kind === 'stopped' && state.reason !== '')
  })

  it('goes on with the gateway that takes over from one that makes way', async () => {
    let next: TestGateway | undefined
    open({ find: async () => (next = await startTestGateway(home)).ready })
    await session.ready()
    const left = reaches('reconnecting')
    await gateway.client.call('drainGateway', { body: { graceSeconds: 0 } })
    await left
    await reaches('ready')
    gateway = next!
    assert.equal(starts, 1)
    assert.equal((await (await session.ready()).call('getGateway')).pid, gateway.ready.pid)
  })

  it('gives up on a gateway that ends again and again', async () => {
    open({ greet: async () => '0.0.0', connect: async () => ({ url: 'http://127.0.0.1:1', token: '' }) })
    await assert.rejects(session.ready(), (error: HksError) => {
      assert.equal(error.code, 'GATEWAY_START_FAILED')
      assert.match(error.message, /ended 5 times/)
      return true
    })
  })

  it('ends with its watch when it is stopped, and begins anew when it is needed', async () => {
    await open().ready()
    session.stop('As you asked.')
    assert.deepEqual(session.state, { kind: 'stopped', reason: 'As you asked.' })
    await session.ready()
    assert.equal(starts, 2)
  })
})
