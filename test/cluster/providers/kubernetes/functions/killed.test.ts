import assert from 'node:assert/strict'
import type { KubeObject } from '../../../../../src/gateway/providers/kubernetes/client/kubeObject.ts'
import type { KnativeService } from '../../../../../src/gateway/providers/kubernetes/functions/objects/knativeObjects.ts'
import { readState } from '../../../../../src/gateway/providers/kubernetes/functions/objects/serviceState.ts'
import { openClusterFunctions } from '../../../../support/cluster/clusterFunctionsRig.ts'
import { type ClusterGateway, openClusterGateway } from '../../../../support/cluster/clusterGateway.ts'
import { kubeconfigThrough, type ProxiedCluster } from '../../../../support/cluster/kubeconfigThrough.ts'
import { testCluster } from '../../../../support/cluster/testCluster.ts'
import { eventually } from '../../../../support/eventually.ts'
import { jsonOf } from '../../../../support/functionInputs.ts'

describe('a gateway that is killed while it deploys', function () {
  this.timeout(180_000)
  let through: ProxiedCluster
  let killed: ClusterGateway
  before(async () => {
    through = await kubeconfigThrough((await testCluster()).kubeconfig)
    killed = await openClusterGateway(through.kubeconfig)
  })
  beforeEach(async () => {
    if (killed.gateway().process.signalCode !== null) await killed.startAgain()
  })
  afterEach(() => through.proxy.heal())
  after(async () => {
    await killed?.[Symbol.asyncDispose]()
    await through?.[Symbol.asyncDispose]()
  })

  const serving = 'serving.knative.dev/v1'
  const serviceRef = (name: string) => ({ apiVersion: serving, kind: 'Service', namespace: killed.namespace, name })
  const deploy = (name: string, code: string) =>
    killed.client().call('deployFunction', {
      params: { id: killed.projectId },
      body: { name, runtime: 'node', source: Buffer.from(code).toString('base64') },
    })
  /** Deploys over a slow network, and kills the gateway as soon as the cluster has what is waited for. */
  const killDuring = async (name: string, code: string, hasBegun: () => Promise<unknown>) => {
    await eventually(async () => {
      const { items } = await killed.client().call('listFunctions', { params: { id: killed.projectId } })
      assert.ok(Array.isArray(items))
    })
    through.proxy.delay(200)
    deploy(name, code).catch(() => undefined)
    await hasBegun()
    await killed.gateway().kill()
  }
  const untilPut = (name: string, number: number) => () =>
    killed.api.until<KnativeService>(serviceRef(name), each => readState(each).lastRevision === number)
  const next = () =>
    openClusterFunctions({
      namespace: killed.namespace,
      projectId: killed.projectId,
      adoptAfterMs: 0,
      sweepAfterMs: 1000,
    })
  const listed = async (apiVersion: string, kind: string) =>
    (await killed.api.list<KubeObject>({ apiVersion, kind, namespace: killed.namespace }))
      .filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/managed-by'] === 'hexabase')
      .map(({ metadata }) => metadata.name)
      .sort()

  it('before the function is there leaves nothing that the next one does not remove', async () => {
    const maps = { apiVersion: 'v1', kind: 'ConfigMap', namespace: killed.namespace }
    await killDuring('early', 'export const handler = () => 1', () =>
      killed.api.untilList<KubeObject>(maps, list => list.some(({ metadata }) => metadata.name.startsWith('early-'))),
    )
    await using after = await next()
    await eventually(async () => {
      assert.deepEqual(await listed('v1', 'ConfigMap'), [])
      assert.deepEqual(await listed('v1', 'Secret'), [])
    })
    assert.deepEqual(await after.functions.list(after.projectId), [])
    assert.deepEqual(after.reported, [])
  })

  it('after that leaves a function that the next one brings to serve, or to fail with its reason', async () => {
    await killDuring('good', 'export const handler = () => 2', untilPut('good', 1))
    await killed.startAgain()
    await killDuring('bad', 'import "nowhere"', untilPut('bad', 1))
    await using after = await next()
    const good = await eventually(async () => {
      const found = await after.functions.list(after.projectId)
      const states = found.map(({ spec, status }) => [spec.name, status])
      assert.deepEqual(states, [
        ['bad', 'failed'],
        ['good', 'ready'],
      ])
      assert.match(found[0]!.reason ?? '', /nowhere/)
      return found[1]!
    }, 90_000)
    assert.equal(jsonOf(await after.call(good.id)), 2)
    for (const name of ['good', 'bad'])
      assert.equal(readState(await killed.api.get<KnativeService>(serviceRef(name))).deployment, undefined)
    assert.deepEqual(after.reported, [])
  })

  it('leaves what served serving, and the next one takes the failed revision back with all that it had', async () => {
    await killDuring('good', 'import "nowhere"', untilPut('good', 2))
    await using after = await next()
    const good = await eventually(async () => {
      const found = (await after.functions.list(after.projectId)).find(({ spec }) => spec.name === 'good')
      assert.deepEqual([found?.status, found?.serving, found?.revisions[0]?.status], ['ready', 1, 'failed'])
      return found!
    }, 90_000)
    assert.equal(jsonOf(await after.call(good.id)), 2)
    await eventually(async () => {
      assert.deepEqual(
        (await listed(serving, 'Revision')).filter(name => name.startsWith('good-')),
        ['good-00001'],
      )
      const maps = await listed('v1', 'ConfigMap')
      assert.equal(maps.filter(name => name.startsWith('good-')).length, 1, maps.join())
    })
    assert.deepEqual(after.reported, [])
  })
})
