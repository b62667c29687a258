import assert from 'node:assert/strict'
import { HksError } from '../../../../../src/contract/errors.ts'
import type {
  KnativeRevision,
  KnativeService,
} from '../../../../../src/gateway/providers/kubernetes/functions/objects/knativeObjects.ts'
import { conditionOf } from '../../../../../src/gateway/providers/kubernetes/functions/objects/knativeObjects.ts'
import { readState } from '../../../../../src/gateway/providers/kubernetes/functions/objects/serviceState.ts'
import type { KubePod } from '../../../../../src/gateway/providers/kubernetes/objects/coreV1.ts'
import { type ClusterFunctionsRig, openClusterFunctions } from '../../../../support/cluster/clusterFunctionsRig.ts'
import { kubeconfigThrough, type ProxiedCluster } from '../../../../support/cluster/kubeconfigThrough.ts'
import { testCluster } from '../../../../support/cluster/testCluster.ts'
import { eventually } from '../../../../support/eventually.ts'
import { jsonOf } from '../../../../support/functionInputs.ts'

const serving = 'serving.knative.dev/v1'

describe('a deployment over a network that fails', function () {
  this.timeout(120_000)
  let through: ProxiedCluster
  let rig: ClusterFunctionsRig
  before(async () => {
    through = await kubeconfigThrough((await testCluster()).kubeconfig)
    rig = await openClusterFunctions({ kubeconfig: through.kubeconfig, adoptAfterMs: 0 })
  })
  afterEach(() => through.proxy.heal())
  after(async () => {
    await rig?.[Symbol.asyncDispose]()
    await through?.[Symbol.asyncDispose]()
  })

  const ref = (kind: 'Service' | 'Revision', name: string) => ({
    ...{ apiVersion: serving, kind, namespace: rig.namespace, name },
  })
  const serviceOf = (name: string) => rig.api.get<KnativeService>(ref('Service', name))
  const away = () => {
    through.proxy.refuse()
    through.proxy.cut()
  }
  const settled = async (id: string) => {
    const record = (await rig.functions.get(id))!
    assert.equal(readState(await serviceOf(record.spec.name)).deployment, undefined)
    assert.deepEqual(rig.reported, [])
    return record
  }
  /** Slows the network, and cuts it when the request has arrived and its answer has not. */
  const cutAnswer = async (arrived: Promise<unknown>) => {
    through.proxy.delay(250)
    await arrived
    through.proxy.cut()
    await through.proxy.heal()
  }

  it('goes on when the answer to its beginning is lost, once', async () => {
    const deployed = rig.deploy('export const handler = () => 1')
    await cutAnswer(rig.api.until(ref('Service', 'fn'), () => true))
    const { id, revisions } = await deployed
    assert.deepEqual(
      revisions.map(({ number, status }) => [number, status]),
      [[1, 'ready']],
    )
    const next = rig.deploy('export const handler = () => 2')
    await cutAnswer(rig.api.until<KnativeService>(ref('Service', 'fn'), each => readState(each).lastRevision === 2))
    assert.equal((await next).serving, 2)
    assert.equal(jsonOf(await rig.call(id)), 2)
    await settled(id)
  })

  it('comes to its end when the network is away until it serves', async () => {
    const deployed = rig.deploy('export const handler = () => 3')
    await rig.api.until<KnativeService>(ref('Service', 'fn'), each => readState(each).lastRevision === 3)
    away()
    const isReady = (revision: KnativeRevision) => conditionOf(revision, 'Ready')?.status === 'True'
    await rig.api.until<KnativeRevision>(ref('Revision', 'fn-00003'), isReady)
    await through.proxy.heal()
    const { id, serving: number } = await deployed
    assert.equal(number, 3)
    await settled(id)
  })

  it('is taken back when the network is away while it fails, and says why', async () => {
    const deployed = rig.deploy('import "nowhere"')
    deployed.catch(() => undefined)
    const pods = { apiVersion: 'v1', kind: 'Pod', namespace: rig.namespace }
    await rig.api.until<KnativeService>(ref('Service', 'fn'), each => readState(each).lastRevision === 4)
    away()
    await rig.api.untilList<KubePod>(pods, list =>
      list.some(({ status }) =>
        status?.containerStatuses?.some(({ state, lastState }) => state?.terminated ?? lastState?.terminated),
      ),
    )
    await through.proxy.heal()
    await assert.rejects(deployed, { code: 'DEPLOY_FAILED', message: /nowhere/ })
    const [fn] = await rig.functions.list(rig.projectId)
    assert.deepEqual([fn!.status, fn!.serving], ['ready', 3])
    assert.equal(jsonOf(await rig.call(fn!.id)), 3)
    await settled(fn!.id)
    const left = await rig.api.list({ apiVersion: serving, kind: 'Revision', namespace: rig.namespace })
    assert.ok(left.every(({ metadata }) => metadata.name !== 'fn-00004'))
  })

  it('is ended in the end when nobody knows whether it began', async () => {
    const deployed = rig.deploy('export const handler = () => 5')
    deployed.catch(() => undefined)
    through.proxy.delay(250)
    await rig.api.until<KnativeService>(ref('Service', 'fn'), each => readState(each).lastRevision === 5)
    away()
    await assert.rejects(deployed, (error: unknown) => {
      assert.ok(error instanceof HksError)
      assert.deepEqual([error.code, error.details?.['reason']], ['CONNECTION_FAILED', 'unreachable'])
      return true
    })
    await through.proxy.heal()
    const { id } = (await rig.functions.list(rig.projectId))[0]!
    await eventually(async () => assert.equal((await rig.functions.get(id))!.serving, 5), 60_000)
    await eventually(() => settled(id))
    assert.equal(jsonOf(await rig.call(id)), 5)
  })

  it('is slow, and nothing else, when the network is', async () => {
    through.proxy.delay(300)
    const { serving: number } = await rig.deploy('export const handler = () => 6')
    assert.equal(number, 6)
  })

  it('is refused at once, and nothing is made, when the cluster can not be reached', async () => {
    away()
    await assert.rejects(rig.deploy('export const handler = () => 7', { name: 'never' }), { code: 'CONNECTION_FAILED' })
    await through.proxy.heal()
    for (const kind of ['ConfigMap', 'Secret']) {
      const found = await rig.api.list({ apiVersion: 'v1', kind, namespace: rig.namespace })
      assert.ok(found.every(({ metadata }) => !metadata.name.startsWith('never')))
    }
  })
})
