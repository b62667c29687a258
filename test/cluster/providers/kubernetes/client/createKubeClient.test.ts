import assert from 'node:assert/strict'
import { createAccessReview } from '../../../../../src/gateway/providers/kubernetes/client/accessReview.ts'
import type { KubeClient } from '../../../../../src/gateway/providers/kubernetes/client/kubeClient.ts'
import { patchTypes } from '../../../../../src/gateway/providers/kubernetes/client/kubeClient.ts'
import type { KubeObject } from '../../../../../src/gateway/providers/kubernetes/client/kubeObject.ts'
import { createKubeApi } from '../../../../support/cluster/kubeApi.ts'
import { kubeconfigThrough, type ProxiedCluster } from '../../../../support/cluster/kubeconfigThrough.ts'
import { limitedUser } from '../../../../support/cluster/limitedUser.ts'
import { temporaryNamespace, type TemporaryNamespace } from '../../../../support/cluster/temporaryNamespace.ts'
import { testCluster } from '../../../../support/cluster/testCluster.ts'
import { clusterClient } from '../support/clusterClient.ts'

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>
}

describe('the client of a real API server', function () {
  this.timeout(60_000)
  let kubeconfig: string
  let namespace: TemporaryNamespace
  let through: ProxiedCluster
  let client: KubeClient
  let configMaps: string
  let cronJobs: string

  before(async () => {
    ;({ kubeconfig } = await testCluster())
    namespace = await temporaryNamespace(createKubeApi(kubeconfig))
    configMaps = `/api/v1/namespaces/${namespace.name}/configmaps`
    cronJobs = `/apis/batch/v1/namespaces/${namespace.name}/cronjobs`
  })
  after(() => namespace[Symbol.asyncDispose]())
  beforeEach(async () => {
    through = await kubeconfigThrough(kubeconfig)
    client = await clusterClient(through.kubeconfig)
  })
  afterEach(async () => {
    client[Symbol.dispose]()
    await through[Symbol.asyncDispose]()
  })

  it('creates, applies, patches, reads and deletes by one connection', async () => {
    await client.request('POST', configMaps, { body: { metadata: { name: 'a' }, data: { x: '1' } } })
    const patched = await client.request<ConfigMap>('PATCH', `${configMaps}/a`, {
      body: { data: { y: '2' } },
      contentType: patchTypes.merge,
    })
    assert.deepEqual(patched.data, { x: '1', y: '2' })
    await client.request('PATCH', `${configMaps}/b`, {
      body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'b' } },
      contentType: patchTypes.apply,
      query: { fieldManager: 'hks-test', force: true },
    })
    await client.request('PATCH', `${configMaps}/a`, {
      body: [{ op: 'remove', path: '/data/x' }],
      contentType: patchTypes.json,
    })
    assert.deepEqual((await client.request<ConfigMap>('GET', `${configMaps}/a`)).data, { y: '2' })
    for (const name of ['a', 'b']) await client.request('DELETE', `${configMaps}/${name}`)
    assert.equal(through.proxy.accepted(), 1)
  })

  it('reads all pages of a list', async () => {
    const names = Array.from({ length: 7 }, (_, at) => `page-${at}`)
    const labels = { test: 'pages' }
    for (const name of names) await client.request('POST', configMaps, { body: { metadata: { name, labels } } })
    const list = await client.list(configMaps, { query: { limit: 2, labelSelector: 'test=pages' } })
    assert.deepEqual(
      list.items.map(({ metadata }) => metadata.name),
      names,
    )
    assert.match(list.metadata.resourceVersion, /^\d+$/)
  })

  it('says what the server objects to', async () => {
    await assert.rejects(client.request('GET', `${configMaps}/none`), {
      code: 'NOT_FOUND',
      message: `configmaps "none" does not exist in the namespace "${namespace.name}".`,
    })
    await assert.rejects(client.request('GET', '/apis/serving.nowhere.dev/v1/services'), {
      code: 'NOT_FOUND',
      message: 'The cluster does not know services.serving.nowhere.dev.',
    })
    await client.request('POST', configMaps, { body: { metadata: { name: 'twice' } } })
    await assert.rejects(client.request('POST', configMaps, { body: { metadata: { name: 'twice' } } }), {
      code: 'CONFLICT',
      message: `configmaps "twice" exists already in the namespace "${namespace.name}".`,
    })
    const stale = { metadata: { name: 'twice', resourceVersion: '1' } }
    await assert.rejects(client.request('PUT', `${configMaps}/twice`, { body: stale }), {
      code: 'CONFLICT',
      message: /^configmaps "twice" in the namespace ".*" was changed by someone else meanwhile/,
    })
    const spec = { schedule: 'never', jobTemplate: { spec: { template: { spec: {} } } } }
    await assert.rejects(client.request('POST', cronJobs, { body: { metadata: { name: 'c' }, spec } }), error => {
      const { code, message, details } = error as { code: string; message: string; details: Record<string, unknown> }
      assert.equal(code, 'INVALID_REQUEST')
      assert.match(message, /^spec\.schedule: Invalid value: "never"/)
      assert.equal(details['field'], 'spec.schedule')
      assert.ok((details['causes'] as unknown[]).length > 1)
      return true
    })
    await assert.rejects(client.request('GET', configMaps, { query: { continue: 'nonsense' } }), {
      code: 'INVALID_REQUEST',
    })
  })

  it('says in words what its user may not do, before and after trying', async () => {
    const rules = [{ apiGroups: ['batch'], resources: ['cronjobs'], verbs: ['list'] }]
    await using user = await limitedUser(kubeconfig, { namespace: namespace.name, rules })
    let refusals = 0
    using limited = await clusterClient(user.kubeconfig, () => refusals++)
    await limited.list(cronJobs)
    await assert.rejects(limited.request('DELETE', `${cronJobs}/backup`), {
      code: 'FORBIDDEN',
      message: /^"system:serviceaccount:.*" may not delete cronjobs\.batch in the namespace "hks-test-.*"\.$/,
    })
    assert.equal(refusals, 1)
    const review = createAccessReview(limited)
    const cronJob = { resource: 'cronjobs', group: 'batch', namespace: namespace.name }
    await review.require({ ...cronJob, verb: 'list' })
    await assert.rejects(review.require({ ...cronJob, verb: 'list' }, { ...cronJob, verb: 'delete' }), {
      message: `You may not delete cronjobs.batch in the namespace "${namespace.name}".`,
    })
    await user.allow([{ ...rules[0]!, verbs: ['list', 'delete'] }])
    assert.equal(await review.isAllowed({ ...cronJob, verb: 'delete' }), false)
    review.refused({ ...cronJob, verb: 'delete' })
    assert.equal(await review.isAllowed({ ...cronJob, verb: 'delete' }), true)
    await user.revoke()
    await assert.rejects(limited.list(cronJobs), {
      details: { reason: 'unauthenticated', status: 401, statusReason: 'Unauthorized' },
    })
  })

  it('says what the network does', async () => {
    const reason = (error: unknown) => (error as { details: Record<string, unknown> }).details['code']
    const failure = (timeoutMs?: number) =>
      client.request('GET', '/version', timeoutMs ? { timeoutMs } : {}).then(() => 'none', reason)
    assert.equal(await failure(), 'none')
    through.proxy.refuse()
    through.proxy.cut()
    assert.equal(await failure(), 'ECONNREFUSED')
    await through.proxy.heal()
    assert.equal(await failure(), 'none')
    through.proxy.swallow()
    assert.equal(await failure(300), 'ETIMEDOUT')
    await through.proxy.heal()
    assert.equal(await failure(), 'none')
    through.proxy.cutAfter(50)
    assert.equal(await failure(), 'ECONNRESET')
    await through.proxy.heal()
    through.proxy.delay(100)
    assert.equal(await failure(), 'none')
  })
})
