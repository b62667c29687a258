import assert from 'node:assert/strict'
import type { V1ConfigMap, V1Namespace } from '@kubernetes/client-node'
import { createKubeApi, type KubeApi } from '../../support/cluster/kubeApi.ts'
import { temporaryNamespace, type TemporaryNamespace } from '../../support/cluster/temporaryNamespace.ts'
import { testCluster } from '../../support/cluster/testCluster.ts'

describe('the Kubernetes API of the tests', function () {
  this.timeout(60_000)
  let api: KubeApi
  let namespace: TemporaryNamespace
  let ref: { apiVersion: 'v1'; kind: 'ConfigMap'; name: string; namespace: string }
  const configMap = (data: Record<string, string>) => ({
    ...{ apiVersion: 'v1', kind: 'ConfigMap', data },
    metadata: { name: ref.name, namespace: namespace.name, labels: { color: 'green' } },
  })

  before(async () => {
    api = createKubeApi((await testCluster()).kubeconfig)
    namespace = await temporaryNamespace(api)
  })
  beforeEach(() => {
    ref = { apiVersion: 'v1', kind: 'ConfigMap', name: 'settings', namespace: namespace.name }
  })
  afterEach(() => api.remove(ref))
  after(() => namespace[Symbol.asyncDispose]())

  it('applies, reads, lists, patches and deletes an object', async () => {
    assert.equal(await api.get(ref), undefined)
    await api.apply(configMap({ a: '1' }))
    const { metadata } = await api.apply(configMap({ b: '2' }))
    assert.deepEqual((await api.get(ref))?.['data'], { b: '2' })
    assert.equal(typeof metadata['creationTimestamp'], 'string')
    const list = (labelSelector: string) => api.list({ ...ref, labelSelector })
    assert.deepEqual(
      (await list('color=green')).map(o => o.metadata.name),
      ['settings'],
    )
    assert.deepEqual(await list('color=red'), [])
    assert.deepEqual((await api.patch(ref, { data: { c: '3' } }))['data'], { b: '2', c: '3' })
    await api.remove(ref)
    await api.untilGone(ref)
    await api.remove(ref)
    assert.equal(await api.get(ref), undefined)
  })

  it('finds custom kinds and those without a namespace', async () => {
    const groups = await api.list({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' })
    assert.ok(Array.isArray(groups))
    const name = namespace.name
    const made = await api.get<V1Namespace>({ apiVersion: 'v1', kind: 'Namespace', name })
    assert.equal(made?.status?.phase, 'Active')
  })

  it('waits for a change that comes while it watches', async () => {
    await api.apply(configMap({ step: '1' }))
    const waiting = api.until<V1ConfigMap>(ref, o => o.data?.['step'] === '2')
    await api.patch(ref, { data: { step: '2' } })
    assert.deepEqual((await waiting).data, { step: '2' })
  })

  it('waits for an object that is not there yet, and for its end', async () => {
    const made = api.until(ref, () => true)
    await api.apply(configMap({}))
    await made
    const gone = api.untilGone(ref)
    await api.remove(ref)
    await gone
  })

  it('says what it saw when time is up', async () => {
    await api.apply(configMap({ step: 'never' }))
    await assert.rejects(
      api.until(ref, () => false, 500),
      /not as wanted after 500 ms:[^]*"step": "never"/,
    )
  })

  it('passes the status and the reason of a refusal on', async () => {
    await api.apply(configMap({}))
    await assert.rejects(api.create(configMap({})), { status: 409, reason: 'AlreadyExists' })
    await assert.rejects(api.get({ ...ref, kind: 'Nonsense' }), /no kind Nonsense/)
  })
})
