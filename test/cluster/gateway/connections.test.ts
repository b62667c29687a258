import assert from 'node:assert/strict'
import { copyFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Connection } from '../../../src/contract/connections.ts'
import type { HksError } from '../../../src/contract/errors.ts'
import type { Project } from '../../../src/contract/projects.ts'
import { createKubeApi, type KubeApi } from '../../support/cluster/kubeApi.ts'
import { kubeconfigThrough } from '../../support/cluster/kubeconfigThrough.ts'
import { limitedUser } from '../../support/cluster/limitedUser.ts'
import { temporaryNamespace, type TemporaryNamespace } from '../../support/cluster/temporaryNamespace.ts'
import { type TestCluster, testCluster } from '../../support/cluster/testCluster.ts'
import { eventually } from '../../support/eventually.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { startTestGateway, type TestGateway } from '../../support/testGateway.ts'

describe('connections to a real cluster', function () {
  this.timeout(60_000)
  let cluster: TestCluster
  let api: KubeApi
  let namespace: TemporaryNamespace
  let folder: ReturnType<typeof temporaryFolder>
  let gateway: TestGateway
  before(async () => {
    cluster = await testCluster()
    api = createKubeApi(cluster.kubeconfig)
    namespace = await temporaryNamespace(api)
    folder = temporaryFolder()
    gateway = await startTestGateway(join(folder.path, 'home'))
  })
  after(async () => {
    await gateway.stop()
    await namespace[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  const contextOf = async (kubeconfig: string) =>
    (await gateway.client.call('listKubeContexts', { query: { kubeconfig } })).items.find(each => each.isCurrent)!.name
  const connect = async (fields: object = {}, kubeconfig = cluster.kubeconfig) => {
    const context = await contextOf(kubeconfig)
    const body = {
      kind: 'kubernetes' as const,
      context,
      kubeconfig: [kubeconfig],
      namespaces: [namespace.name],
      ...fields,
    }
    const connection = await gateway.client.call('createConnection', { body })
    return { connection, [Symbol.asyncDispose]: () => remove(connection) }
  }
  const remove = async ({ id }: Connection): Promise<void> => {
    await gateway.client.call('removeConnection', { params: { id } })
  }
  const reaches = ({ id }: Connection, state: Connection['state']) =>
    eventually(async () => {
      const now = await gateway.client.call('getConnection', { params: { id } })
      assert.equal(now.state, state, now.message)
    }, 40_000)
  const projectOf = async ({ id }: Connection): Promise<Project> =>
    (await gateway.client.call('listProjects', {})).items.find(({ connection }) => connection === id)!

  it('are ready, and tell what the cluster is', async () => {
    await using connected = await connect()
    const { connection } = connected
    await reaches(connection, 'ready')
    const report = await gateway.client.call('testConnection', { params: { id: connection.id } })
    assert.match(report.version, /^v1\.\d+/)
    assert.deepEqual([report.server, report.listsNamespaces], [cluster.server, true])
    const { items } = await gateway.client.call('listNamespaces', { params: { id: connection.id } })
    const project = await projectOf(connection)
    assert.equal(items.find(({ name }) => name === namespace.name)?.projectId, project.id)
    assert.deepEqual([project.name, project.status], [namespace.name, 'ready'])
  })

  it('give a namespace the same project each time, and refuse one that is not there', async () => {
    const first = await connect()
    const project = await projectOf(first.connection)
    await assert.rejects(connect({ name: 'again' }), { code: 'CONFLICT', message: /project of another connection/ })
    await remove(first.connection)
    await using second = await connect({ name: 'again' })
    assert.equal((await projectOf(second.connection)).id, project.id)
    await assert.rejects(connect({ name: 'third', namespaces: ['hks-test-none'] }), { code: 'NOT_FOUND' })
    const { items } = await gateway.client.call('listConnections', {})
    assert.deepEqual(
      items.map(({ name }) => name),
      ['local', 'again'],
    )
  })

  it('keep secrets in the namespace, by key', async () => {
    await using connected = await connect()
    const { id } = await projectOf(connected.connection)
    const write = (data: Record<string, string>) =>
      gateway.client.call('writeSecret', { params: { id, secret: 'mail' }, body: { data } })
    await write({ user: 'ada' })
    assert.deepEqual(await write({ key: 'ä\n' }), { name: 'mail', keys: ['key', 'user'] })
    const ref = { apiVersion: 'v1', kind: 'Secret', namespace: namespace.name, name: 'mail' }
    const kept = await api.get<{ data: Record<string, string>; metadata: { labels: object } }>(ref)
    assert.equal(Buffer.from(kept!.data['key']!, 'base64').toString(), 'ä\n')
    assert.deepEqual(kept!.metadata.labels, { 'app.kubernetes.io/managed-by': 'hexabase' })
    const { items } = await gateway.client.call('listSecrets', { params: { id } })
    assert.deepEqual(items, [{ name: 'mail', keys: ['key', 'user'] }])
    await gateway.client.call('deleteSecret', { params: { id, secret: 'mail' } })
    assert.equal(await api.get(ref), undefined)
    await assert.rejects(gateway.client.call('deleteSecret', { params: { id, secret: 'mail' } }), { code: 'NOT_FOUND' })
  })

  it('change nothing while they are read-only', async () => {
    await using connected = await connect({ readOnly: true })
    const { connection } = connected
    const { id } = await projectOf(connection)
    const write = () =>
      gateway.client.call('writeSecret', { params: { id, secret: 'mail' }, body: { data: { a: 'b' } } })
    await assert.rejects(write(), { code: 'FORBIDDEN', message: /is read-only/ })
    await gateway.client.call('updateConnection', { params: { id: connection.id }, body: { readOnly: false } })
    await write()
    await gateway.client.call('deleteSecret', { params: { id, secret: 'mail' } })
  })

  it('tell that the cluster is away, and that it is back', async () => {
    await using through = await kubeconfigThrough(cluster.kubeconfig)
    await using connected = await connect({}, through.kubeconfig)
    await reaches(connected.connection, 'ready')
    through.proxy.refuse()
    through.proxy.cut()
    await reaches(connected.connection, 'failed')
    await through.proxy.heal()
    await reaches(connected.connection, 'ready')
  })

  it('are failed while their kubeconfig is gone or broken, whether or not a namespace is open', async () => {
    for (const namespaces of [[namespace.name], []]) {
      const file = join(folder.path, 'lim.kc')
      copyFileSync(cluster.kubeconfig, file)
      await using connected = await connect({ namespaces }, file)
      const { connection } = connected
      await reaches(connection, 'ready')
      const test = () => gateway.client.call('testConnection', { params: { id: connection.id } })
      const refused = (message: RegExp) => (error: HksError) => {
        assert.match(error.message, message)
        assert.deepEqual([error.code, error.details?.['reason']], ['CONNECTION_FAILED', 'kubeconfig'])
        return true
      }
      renameSync(file, `${file}.away`)
      await assert.rejects(test(), refused(/^There is no kubeconfig "/))
      await reaches(connection, 'failed')
      const { message, hint } = await gateway.client.call('getConnection', { params: { id: connection.id } })
      assert.deepEqual([message, typeof hint], [`There is no kubeconfig "${file}".`, 'string'])
      writeFileSync(file, 'clusters: [')
      await assert.rejects(test(), refused(/ is not valid YAML: /))
      renameSync(`${file}.away`, file)
      // Nobody asks for it.
      await reaches(connection, 'ready')
      const text = readFileSync(file, 'utf8').replace(/client-certificate-data: .*/, 'token: wrong')
      writeFileSync(file, text.replace(/client-key-data: .*/, ''))
      await assert.rejects(test(), (error: HksError) => error.details?.['reason'] === 'unauthenticated')
      await reaches(connection, 'failed')
    }
  })

  it('serve a user who may not list namespaces, by name', async () => {
    const rules = [{ apiGroups: [''], resources: ['secrets'], verbs: ['list'] }]
    await using user = await limitedUser(cluster.kubeconfig, { namespace: namespace.name, rules })
    await using connected = await connect({}, user.kubeconfig)
    const { connection } = connected
    await reaches(connection, 'ready')
    const params = { id: connection.id }
    assert.equal((await gateway.client.call('testConnection', { params })).listsNamespaces, false)
    await assert.rejects(gateway.client.call('listNamespaces', { params }), {
      code: 'FORBIDDEN',
      message: /list.*namespaces/,
    })
    const { id } = await projectOf(connection)
    assert.deepEqual((await gateway.client.call('listSecrets', { params: { id } })).items, [])
    await assert.rejects(
      gateway.client.call('writeSecret', { params: { id, secret: 'mail' }, body: { data: { a: 'b' } } }),
      { code: 'FORBIDDEN', message: /secrets/ },
    )
    await user.revoke()
    await assert.rejects(gateway.client.call('testConnection', { params }), (error: HksError) => {
      assert.deepEqual([error.code, error.details?.['reason']], ['CONNECTION_FAILED', 'unauthenticated'])
      return true
    })
  })

  it('show a namespace that was deleted as a missing project', async () => {
    await using connected = await connect()
    const { connection } = connected
    await reaches(connection, 'ready')
    const doomed = await temporaryNamespace(api)
    await using _namespace = doomed
    const project = await gateway.client.call('openProject', {
      body: { connectionId: connection.id, namespace: doomed.name },
    })
    await api.remove({ apiVersion: 'v1', kind: 'Namespace', name: doomed.name })
    await eventually(async () => {
      const now = await gateway.client.call('getProject', { params: { id: project.id } })
      assert.deepEqual([now.status, now.message], ['missing', `The namespace "${doomed.name}" is not there any more.`])
    }, 30_000)
    await assert.rejects(gateway.client.call('listCronJobs', { query: { projectId: project.id } }), {
      code: 'PROJECT_MISSING',
    })
    await reaches(connection, 'ready')
  })
})
