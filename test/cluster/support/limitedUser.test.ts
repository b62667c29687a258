import assert from 'node:assert/strict'
import { createKubeApi, type KubeApi } from '../../support/cluster/kubeApi.ts'
import { limitedUser } from '../../support/cluster/limitedUser.ts'
import { temporaryNamespace, type TemporaryNamespace } from '../../support/cluster/temporaryNamespace.ts'
import { testCluster } from '../../support/cluster/testCluster.ts'

describe('a limited user', function () {
  this.timeout(60_000)
  let kubeconfig: string
  let api: KubeApi
  let namespace: TemporaryNamespace
  const read = { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }

  before(async () => {
    kubeconfig = (await testCluster()).kubeconfig
    api = createKubeApi(kubeconfig)
    namespace = await temporaryNamespace(api)
  })
  after(() => namespace[Symbol.asyncDispose]())

  it('may do what the rules allow and nothing else, there and nowhere else', async () => {
    await using user = await limitedUser(kubeconfig, { namespace: namespace.name, rules: [read] })
    const limited = createKubeApi(user.kubeconfig)
    const configMaps = { apiVersion: 'v1', kind: 'ConfigMap', namespace: namespace.name }
    assert.ok(Array.isArray(await limited.list(configMaps)))
    await assert.rejects(limited.list({ ...configMaps, kind: 'Secret' }), { status: 403 })
    await assert.rejects(limited.list({ ...configMaps, namespace: 'default' }), { status: 403 })
    const made = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: namespace.name } }
    await assert.rejects(limited.create(made), { status: 403 })
  })

  it('may do more or less after a change', async () => {
    await using user = await limitedUser(kubeconfig, { namespace: namespace.name, rules: [read] })
    const limited = createKubeApi(user.kubeconfig)
    const secrets = { apiVersion: 'v1', kind: 'Secret', namespace: namespace.name }
    await user.allow([{ ...read, resources: ['secrets'] }])
    assert.ok(Array.isArray(await limited.list(secrets)))
    await assert.rejects(limited.list({ ...secrets, kind: 'ConfigMap' }), { status: 403 })
  })

  it('may see what belongs to no namespace when cluster rules say so', async () => {
    const clusterRules = [{ apiGroups: [''], resources: ['namespaces'], verbs: ['list'] }]
    await using user = await limitedUser(kubeconfig, { namespace: namespace.name, rules: [], clusterRules })
    const list = await createKubeApi(user.kubeconfig).list({ apiVersion: 'v1', kind: 'Namespace' })
    assert.ok(list.some(n => n.metadata.name === namespace.name))
  })

  it('is nobody once revoked, and leaves no role behind', async () => {
    const list = (kind: string) => api.list({ apiVersion: 'rbac.authorization.k8s.io/v1', kind })
    const names = async () =>
      (await list('ClusterRole')).map(r => r.metadata.name).filter(n => n.startsWith('hks-test-'))
    const before = await names()
    {
      const rules = { namespace: namespace.name, rules: [read], clusterRules: [read] }
      await using user = await limitedUser(kubeconfig, rules)
      await user.revoke()
      const limited = createKubeApi(user.kubeconfig)
      await assert.rejects(limited.request.text('GET', '/version'), { status: 401 })
    }
    const left = (await names()).filter(n => !before.includes(n))
    assert.deepEqual(left, [])
  })
})
