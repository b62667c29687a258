import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { stopGateway } from '../../../src/client/stopGateway.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { startTestGateway } from '../../support/testGateway.ts'

const idleMs = 1500
/** Several looks whether it is idle. */
const longMs = 3 * idleMs

/** A gateway that ends when it is idle for long, and a CronJob in it that does not keep it. */
async function open(...command: readonly string[]) {
  const home = temporaryFolder()
  const folder = temporaryFolder()
  const gateway = await startTestGateway(home.path, { HKS_IDLE_SECONDS: String(idleMs / 1000) })
  const exit = once(gateway.process, 'exit')
  const { client, ready } = gateway
  const { id: projectId } = await client.call('openProject', { body: { path: folder.path } })
  const body = { projectId, name: 'held', schedule: '0 0 1 1 *', suspend: true, command: [...command] }
  const { id } = await client.call('createCronJob', { body })
  return {
    ...{ client, ready, exit, id, home: home.path },
    isRunning: () => gateway.process.exitCode === null && gateway.process.signalCode === null,
    follow: (signal: AbortSignal) => client.open('getCronJobLogs', { params: { id }, query: { follow: true }, signal }),
    path: `/api/v1/applications/cronjobs/${id}/logs?follow=true`,
    async [Symbol.asyncDispose]() {
      await gateway.kill()
      home[Symbol.dispose]()
      folder[Symbol.dispose]()
    },
  }
}

describe('a gateway that may end because it is idle', function () {
  this.timeout(60_000)

  it('goes on while a client follows a log over HTTP; its idle time begins when that ends', async () => {
    await using rig = await open('true')
    const following = new AbortController()
    await rig.follow(following.signal)
    await delay(longMs)
    assert.ok(rig.isRunning())
    const left = performance.now()
    following.abort()
    assert.deepEqual(await rig.exit, [0, null])
    assert.ok(performance.now() - left >= idleMs - 50)
  })

  it('ends when a client is gone that had sent requests behind the one that was answered', async () => {
    await using rig = await open('true')
    const { port } = new URL(rig.ready.url)
    const socket = connect(Number(port), '127.0.0.1')
    const request = [`GET ${rig.path} HTTP/1.1`, `Host: 127.0.0.1:${port}`, `Authorization: Bearer ${rig.ready.token}`]
    socket.write(`${request.join('\r\n')}\r\n\r\n`.repeat(20))
    await once(socket, 'data')
    await delay(longMs)
    assert.ok(rig.isRunning())
    socket.destroy()
    assert.deepEqual(await rig.exit, [0, null])
  })

  it('is not kept by requests that are refused, nor by those that look whether it lives', async () => {
    await using rig = await open('true')
    const asking = new AbortController()
    const { signal } = asking
    const ended = rig.exit.finally(() => asking.abort())
    const refused = new Set<number>()
    while (!signal.aborted) {
      const headers = { Authorization: 'Bearer wrong' }
      const answers = [
        fetch(`${rig.ready.url}${rig.path}`, { headers, signal }).then(({ status }) => refused.add(status)),
        fetch(`${rig.ready.url}/healthz`, { signal }),
      ]
      await Promise.allSettled(answers)
      await delay(idleMs / 6, undefined, { signal }).catch(() => undefined)
    }
    assert.deepEqual(await ended, [0, null])
    assert.deepEqual([...refused], [401])
  })

  it('ends when it is told to, whoever follows a log', async () => {
    await using rig = await open('true')
    const { body } = await rig.follow(new AbortController().signal)
    const read = (async () => {
      for await (const chunk of body!) assert.equal(Buffer.from(chunk).toString(), '\n')
    })().catch(() => undefined)
    assert.equal(await stopGateway({ home: rig.home, graceSeconds: 0 }), 'stopped')
    await read
  })

  it('lets a run end that was started by hand, though nobody waits for it', async () => {
    await using rig = await open('sleep', String(longMs / 1000))
    const { id: execId } = await rig.client.call('triggerCronJob', { params: { id: rig.id } })
    assert.deepEqual(await rig.exit, [0, null])
    const next = await startTestGateway(rig.home)
    try {
      const { status } = await next.client.call('getExecution', { params: { id: rig.id, execId } })
      assert.equal(status, 'succeeded')
    } finally {
      await next.stop()
    }
  })
})
