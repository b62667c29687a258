import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Connection } from '../../../src/contract/connections.ts'
import { eventually } from '../../support/eventually.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { startTestGateway, type TestGateway } from '../../support/testGateway.ts'

describe('connections over HTTP', function () {
  this.timeout(30_000)
  let folder: ReturnType<typeof temporaryFolder>
  let gateway: TestGateway
  let kubeconfig: string
  before(async () => {
    folder = temporaryFolder()
    kubeconfig = join(folder.path, 'config')
    writeFileSync(kubeconfig, kubeconfigFor(await unusedPort()))
    gateway = await startTestGateway(join(folder.path, 'home'))
  })
  after(async () => {
    await gateway.stop()
    folder[Symbol.dispose]()
  })
  const add = (fields: object = {}) =>
    gateway.client.call('createConnection', {
      body: { kind: 'kubernetes', context: 'away', kubeconfig: [kubeconfig], ...fields },
    })
  const remove = ({ id }: Connection) => gateway.client.call('removeConnection', { params: { id } })
  const failed = async ({ id }: Connection) => {
    let now = await gateway.client.call('getConnection', { params: { id } })
    await eventually(async () => {
      now = await gateway.client.call('getConnection', { params: { id } })
      assert.equal(now.state, 'failed')
    })
    return now
  }

  it('have this machine, which can not be changed', async () => {
    const { items } = await gateway.client.call('listConnections', {})
    assert.deepEqual(items, [{ id: 'local', name: 'local', kind: 'local', readOnly: false, state: 'ready' }])
    await assert.rejects(gateway.client.call('removeConnection', { params: { id: 'local' } }), {
      code: 'INVALID_REQUEST',
      message: /"local" is this machine/,
    })
    await assert.rejects(gateway.client.call('testConnection', { params: { id: 'none' } }), { code: 'NOT_FOUND' })
  })

  it('list the contexts of a kubeconfig without a secret', async () => {
    const { items } = await gateway.client.call('listKubeContexts', { query: { kubeconfig } })
    assert.equal(items.length, 1)
    const { name, namespace, isCurrent, authentication } = items[0]!
    assert.deepEqual(
      { name, namespace, isCurrent, authentication },
      { name: 'away', namespace: 'shop', isCurrent: true, authentication: 'token' },
    )
    assert.doesNotMatch(JSON.stringify(items), /s3cret/)
  })

  it('name the contexts that there are when there is no such one', async () => {
    await assert.rejects(add({ context: 'other' }), {
      code: 'INVALID_REQUEST',
      message: 'context: the kubeconfig has no context "other"; it has: away.',
    })
    await assert.rejects(add({ kubeconfig: [join(folder.path, 'none')] }), { code: 'CONNECTION_FAILED' })
    assert.equal((await gateway.client.call('listConnections', {})).items.length, 1)
  })

  it('are kept though the cluster does not answer, with the reason and the namespace of the context as a project', async () => {
    const connection = await add()
    const { code, message, server } = await failed(connection)
    assert.equal(code, 'CONNECTION_FAILED')
    assert.match(message ?? '', /127\.0\.0\.1/)
    assert.match(server ?? '', /^https:\/\/127\.0\.0\.1:\d+$/)
    const { items } = await gateway.client.call('listProjects', {})
    assert.deepEqual(
      items.map(({ name, connection: id }) => ({ name, id })),
      [{ name: 'shop', id: connection.id }],
    )
    await assert.rejects(gateway.client.call('testConnection', { params: { id: connection.id } }), {
      code: 'CONNECTION_FAILED',
    })
    await remove(connection)
    assert.deepEqual((await gateway.client.call('listProjects', {})).items, [])
  })

  it('name a credential plugin that hangs within seconds, as the API server was never asked', async () => {
    const file = join(folder.path, 'hanging')
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: '/bin/sleep', args: ['60'] }
    const user = `exec: ${JSON.stringify(exec)}`
    writeFileSync(file, kubeconfigFor(await unusedPort()).replace('token: s3cret', user))
    const began = performance.now()
    const connection = await add({ kubeconfig: [file], name: 'hanging' })
    const { message } = await failed(connection)
    const seconds = (performance.now() - began) / 1000
    assert.match(message ?? '', /^The command "\/bin\/sleep" of the user "\w+" has not answered after \d/)
    assert.ok(seconds < 20, `it took ${seconds} s`)
    await remove(connection)
  })

  it('tell a failure from an empty list', async () => {
    const connection = await add()
    await failed(connection)
    const projectId = (await gateway.client.call('listProjects', {})).items[0]!.id
    await assert.rejects(gateway.client.call('listCronJobs', { query: { projectId } }), { code: 'CONNECTION_FAILED' })
    assert.deepEqual((await gateway.client.call('listCronJobs', {})).items, [])
    await remove(connection)
  })

  it('are renamed and set, each with a name of its own', async () => {
    const first = await add({ name: 'first', readOnly: true })
    const second = await add({ name: 'second', namespaces: ['bank'] })
    const change = (body: object) => gateway.client.call('updateConnection', { params: { id: first.id }, body })
    await assert.rejects(change({ name: 'second' }), { code: 'CONFLICT', message: /^name: / })
    await assert.rejects(change({ name: 'local' }), { code: 'INVALID_REQUEST', message: /^name: / })
    const changed = await change({ name: 'one', readOnly: false, registry: 'registry.example.com/team' })
    assert.deepEqual([changed.name, changed.readOnly, changed.registry], ['one', false, 'registry.example.com/team'])
    assert.equal((await change({ registry: null })).registry, undefined)
    const faults = {
      ingress: 'http://a/b',
      registryCa: 'ca.pem',
      registry: 'https://r',
      insecureRegistries: ['http://r'],
    }
    for (const [field, value] of Object.entries(faults)) {
      const named = new RegExp(`^${field}\\b`)
      await assert.rejects(change({ [field]: value }), { code: 'INVALID_REQUEST', message: named })
    }
    await remove(first)
    await remove(second)
  })

  it('install and remove nothing while they are read-only, and tell why a cluster that is away takes nothing', async () => {
    const connection = await add({ readOnly: true })
    const params = { id: connection.id }
    const manifests = [{ name: 'a.yaml', content: 'apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n' }]
    const install = () => gateway.client.open('installKnative', { params, body: { manifests } })
    const plan = () => gateway.client.call('planKnativeRemoval', { params })
    for (const refused of [install, plan, () => gateway.client.open('uninstallKnative', { params })])
      await assert.rejects(refused(), { code: 'FORBIDDEN', message: 'The connection "away" is read-only.' })
    await gateway.client.call('updateConnection', { params, body: { readOnly: false } })
    const lines = (await (await install()).text()).trim().split('\n')
    const last = JSON.parse(lines.at(-1)!) as { type: string; code?: string }
    assert.deepEqual([last.type, last.code], ['failed', 'CONNECTION_FAILED'])
    for (const accept of [{ acceptUnverified: true }, { acceptSha256: ['0'.repeat(64)] }])
      await assert.rejects(gateway.client.open('installKnative', { params, body: { manifests, ...accept } }), {
        code: 'INVALID_REQUEST',
        message: new RegExp(`^${Object.keys(accept)[0]}`),
      })
    await assert.rejects(plan(), { code: 'CONNECTION_FAILED' })
    await remove(connection)
  })

  it('outlive the gateway', async () => {
    const { id } = await add({ name: 'kept', readOnly: true })
    await gateway.stop()
    gateway = await startTestGateway(join(folder.path, 'home'))
    const kept = await gateway.client.call('getConnection', { params: { id } })
    assert.deepEqual([kept.name, kept.readOnly, kept.context], ['kept', true, 'away'])
    assert.equal((await gateway.client.call('listProjects', {})).items[0]?.connection, id)
    await remove(kept)
  })
})

async function unusedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise(resolve => server.close(resolve))
  return port
}

const kubeconfigFor = (port: number) => `apiVersion: v1
kind: Config
current-context: away
clusters: [{name: away, cluster: {server: "https://127.0.0.1:${port}"}}]
users: [{name: jo, user: {token: s3cret}}]
contexts: [{name: away, context: {cluster: away, user: jo, namespace: shop}}]
`
