import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, copyFileSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { createGatewayClient, type GatewayClient } from '../../../src/client/gatewayClient.ts'
import type { GatewayReady } from '../../../src/contract/gateway.ts'
import { eventually } from '../../support/eventually.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { gatewayProgram } from './lifeRig.ts'

/** A disk that only the gateway and what it starts see. */
const onSmallDisk = 'mount -t tmpfs -o size=24m tmpfs "$1" && exec "$2" "$3" run --json'

/** A gateway whose data folder is on a small disk of its own. */
async function startOnSmallDisk(home: string) {
  const child = spawn('unshare', ['-m', 'sh', '-c', onSmallDisk, 'sh', home, process.execPath, gatewayProgram], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, HKS_HOME: home },
  })
  const exit = once(child, 'exit')
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  const ready = JSON.parse(line) as GatewayReady
  /** As the gateway sees it. */
  const inside = (name: string) => join(`/proc/${ready.pid}/root`, home, name)
  return {
    ready,
    client: createGatewayClient(ready),
    inside,
    /** Leaves nothing. */
    fill: () => {
      const ballast = openSync(inside('ballast'), 'w')
      for (const bytes of [Buffer.alloc(65536), Buffer.alloc(4096)]) {
        try {
          for (;;) writeSync(ballast, bytes)
        } catch (error) {
          assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC')
        }
      }
      closeSync(ballast)
    },
    free: () => rmSync(inside('ballast')),
    isAlive: () => child.exitCode === null && child.signalCode === null,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM')
      await exit
    },
  }
}

const source = `let calls = 0
export const handler = async event => {
  console.log('called ' + 'x'.repeat(200))
  if (event?.wait) await new Promise(resolve => setTimeout(resolve, event.wait))
  return ++calls
}`
const body = (value: unknown) => Buffer.from(JSON.stringify(value))
const asJson = { contentType: 'application/json' }
const deploy = (client: GatewayClient, projectId: string, name: string, text: string) =>
  client.call('deployFunction', {
    params: { id: projectId },
    body: { name, runtime: 'node', source: Buffer.from(text).toString('base64') },
  })

describe('a gateway whose disk is full', function () {
  this.timeout(120_000)
  const folder = temporaryFolder()
  const workspace = temporaryFolder()
  before(function () {
    // Only root may mount; others have no small disk to fill.
    const mount = spawnSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs tmpfs "$1"', 'sh', folder.path])
    if (mount.status !== 0) this.skip()
  })
  after(() => {
    folder[Symbol.dispose]()
    workspace[Symbol.dispose]()
  })

  it('says so, goes on with what runs, damages nothing, and works again when there is space', async () => {
    await using gateway = await startOnSmallDisk(folder.path)
    const { client } = gateway
    const { id: projectId } = await client.call('openProject', { body: { path: workspace.path } })
    const { id } = await deploy(client, projectId, 'counting', source)
    const call = async (event: unknown) => {
      const { status, body: answer } = await client.invoke(id, body(event), asJson)
      return [status, JSON.parse(Buffer.from(answer).toString()) as unknown]
    }
    assert.deepEqual(await call({}), [200, 1])
    const job = {
      name: 'printing',
      schedule: '0 0 1 1 *',
      command: [
        'sh',
        '-c',
        'for n in $(seq 400); do echo "line $n $(head -c 2000 /dev/zero | tr "\\\\0" x)"; sleep 0.01; done; echo done',
      ],
    }
    const { id: jobId } = await client.call('createCronJob', { body: { projectId, ...job } })
    const run = await client.call('triggerCronJob', { params: { id: jobId } })
    const waiting = call({ wait: 1500 })
    // When a call is read, no other has a place that was made for it before.
    await eventually(async () => {
      const { items } = await client.call('listInvocations', { params: { id }, query: { outcome: 'running' } })
      assert.equal(items.length, 1)
    })

    gateway.fill()
    const full = { code: 'STORE_FAILED', hint: 'Free some space, then try again.' }
    await assert.rejects(client.call('createCronJob', { body: { projectId, ...job, name: 'another' } }), full)
    await assert.rejects(deploy(client, projectId, 'another', source), full)
    await assert.rejects(deploy(client, projectId, 'counting', source.replace('++calls', '--calls')), full)
    await assert.rejects(client.invoke(id, body({ wait: 60_000 }), { ...asJson, prefer: 'respond-async' }), full)
    assert.deepEqual(await waiting, [200, 2])
    for (const expected of [3, 4, 5]) assert.deepEqual(await call({}), [200, expected])
    assert.deepEqual(
      (await client.call('listFunctions', { params: { id: projectId } })).items.map(({ name, revision }) => [
        name,
        revision,
      ]),
      [['counting', 1]],
    )
    assert.equal((await client.call('getGateway')).pid, gateway.ready.pid)

    gateway.free()
    assert.deepEqual(await call({}), [200, 6])
    await eventually(async () => {
      const { items } = await client.call('listExecutions', { params: { id: jobId } })
      assert.deepEqual(
        items.map(({ id: one, status }) => [one, status]),
        [[run.id, 'succeeded']],
      )
    })
    assert.equal((await deploy(client, projectId, 'another', source)).status, 'ready')
    assert.equal((await deploy(client, projectId, 'counting', source.replace('++calls', '--calls'))).revision, 2)
    assert.deepEqual(await call({}), [200, -1])
    for (const name of ['gateway.db', 'gateway.db-wal']) copyFileSync(gateway.inside(name), join(workspace.path, name))
    const database = new DatabaseSync(join(workspace.path, 'gateway.db'))
    assert.deepEqual(database.prepare('PRAGMA integrity_check').get(), { __proto__: null, integrity_check: 'ok' })
    database.close()
    assert.ok(gateway.isAlive())
  })
})
