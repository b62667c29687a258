import assert from 'node:assert/strict'
import type { HksError } from '../../../src/contract/errors.ts'
import type { KubeObject } from '../../../src/gateway/providers/kubernetes/client/kubeObject.ts'
import { type ClusterGateway, openClusterGateway } from '../../support/cluster/clusterGateway.ts'
import { eventually } from '../../support/eventually.ts'

/** Keeps an object, and with it its namespace, while the test looks. */
const keeper = 'hexabase.test/kept'
/** Never shows that it can serve. */
const slow = 'await new Promise(done => setTimeout(done, 300_000)); export const handler = () => 1'

describe('a namespace that is being deleted', function () {
  this.timeout(120_000)
  let cluster: ClusterGateway
  const kept: string[] = []
  beforeEach(async () => {
    cluster = await openClusterGateway()
  })
  afterEach(async () => {
    for (const path of kept.splice(0)) await keep(path, []).catch(() => undefined)
    await cluster?.[Symbol.asyncDispose]()
  })

  const keep = async (path: string, finalizers: readonly string[] = [keeper]) => {
    if (finalizers.length > 0) kept.push(path)
    await cluster.api.request.json('PATCH', path, {
      body: { metadata: { finalizers } },
      contentType: 'application/merge-patch+json',
    })
  }
  const removeNamespace = () => cluster.api.remove({ apiVersion: 'v1', kind: 'Namespace', name: cluster.namespace })
  const missing = ({ code, message, hint }: HksError) => {
    assert.equal(message, `The namespace "${cluster.namespace}" is being deleted: nothing can be made in it any more.`)
    assert.match(hint ?? '', /another namespace/)
    return code === 'PROJECT_MISSING'
  }
  const deploy = (name: string) =>
    cluster.client().call('deployFunction', {
      params: { id: cluster.projectId },
      body: { name, runtime: 'node', source: Buffer.from(slow).toString('base64'), waitSeconds: 100 },
    })
  const starting = (name: string) =>
    eventually(async () => {
      const { items } = await cluster.client().call('listFunctions', { params: { id: cluster.projectId } })
      assert.ok(items.some(each => each.name === name && each.status === 'deploying'))
      const path = { apiVersion: 'serving.knative.dev/v1', kind: 'Revision', namespace: cluster.namespace }
      assert.notEqual((await cluster.api.list<KubeObject>(path)).length, 0)
    })
  const secondsSince = (from: number) => (performance.now() - from) / 1000

  it('takes no CronJob, run or function any more, and says so', async () => {
    const { namespace, projectId, image, client } = cluster
    const create = (name: string) =>
      client().call('createCronJob', { body: { projectId, name, schedule: '0 0 1 1 *', image, command: ['true'] } })
    const { id } = await create('before')
    await keep(`/apis/batch/v1/namespaces/${namespace}/cronjobs/before`)
    await removeNamespace()
    await assert.rejects(create('after'), missing)
    await assert.rejects(client().call('triggerCronJob', { params: { id }, body: {} }), missing)
    await assert.rejects(deploy('after'), missing)
  })

  it('ends the deployment that is under way, with that reason', async () => {
    const deploying = deploy('slow')
    deploying.catch(() => undefined)
    await starting('slow')
    const began = performance.now()
    await removeNamespace()
    await assert.rejects(deploying, missing)
    assert.ok(secondsSince(began) < 30, `${secondsSince(began)} s`)
  })

  it('is not needed for the end of a deployment whose Service is deleted, however long that is kept', async () => {
    const deploying = deploy('slow')
    deploying.catch(() => undefined)
    await starting('slow')
    const path = `/apis/serving.knative.dev/v1/namespaces/${cluster.namespace}/services/slow`
    await keep(path)
    const began = performance.now()
    await cluster.api.remove({
      ...{ apiVersion: 'serving.knative.dev/v1', kind: 'Service', namespace: cluster.namespace, name: 'slow' },
    })
    await assert.rejects(deploying, { code: 'CANCELLED', message: 'The function was deleted while it was deployed.' })
    assert.ok(secondsSince(began) < 30, `${secondsSince(began)} s`)
  })
})
