import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { HksError } from '../../../../../src/contract/errors.ts'
import type { KubeObject } from '../../../../../src/gateway/providers/kubernetes/client/kubeObject.ts'
import {
  conditionOf,
  type KnativeRevision,
  type KnativeService,
} from '../../../../../src/gateway/providers/kubernetes/functions/objects/knativeObjects.ts'
import { readState } from '../../../../../src/gateway/providers/kubernetes/functions/objects/serviceState.ts'
import { type ApiProxy, apiProxy } from '../../../../support/cluster/apiProxy.ts'
import { type ClusterFunctionsRig, openClusterFunctions } from '../../../../support/cluster/clusterFunctionsRig.ts'
import { testCluster } from '../../../../support/cluster/testCluster.ts'
import { defaultScaling } from '../../../../../src/gateway/domain/functionScaling.ts'
import { eventually } from '../../../../support/eventually.ts'

const serving = 'serving.knative.dev/v1'
const ticking = 'let i = 0; setInterval(() => console.log("tick", ++i), 100); export const handler = () => i'
const awake = { ...defaultScaling, minScale: 1 }

/** Lines of a program that counts: none is missing, none is there twice. */
function assertConsecutive(lines: readonly string[]): void {
  assert.deepEqual(
    lines,
    lines.map((_, at) => `tick ${at + 1}`),
  )
}

describe('functions of a cluster that refuses requests', function () {
  this.timeout(120_000)
  let proxy: ApiProxy
  let rig: ClusterFunctionsRig
  before(async () => {
    proxy = await apiProxy((await testCluster()).kubeconfig)
    rig = await openClusterFunctions({ kubeconfig: proxy.kubeconfig, sweepAfterMs: 500 })
  })
  afterEach(() => proxy.heal())
  after(async () => {
    await rig?.[Symbol.asyncDispose]()
    await proxy?.[Symbol.asyncDispose]()
  })

  const refused = (work: Promise<unknown>) =>
    assert.rejects(work, (error: unknown) => {
      assert.ok(error instanceof HksError, String(error))
      assert.deepEqual([error.code, error.details?.['reason']], ['CONNECTION_FAILED', 'unauthenticated'])
      assert.match(error.message, /does not accept the credentials/)
      return true
    })
  const made = async (kind: 'ConfigMap' | 'Secret') =>
    (await rig.api.list<KubeObject>({ apiVersion: 'v1', kind, namespace: rig.namespace }))
      .filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/managed-by'] === 'hexabase')
      .map(({ metadata }) => metadata.name)
  const ref = (kind: 'Service' | 'Revision', name: string) => ({
    ...{ apiVersion: serving, kind, namespace: rig.namespace, name },
  })
  const untilPut = (name: string, revision: number) =>
    rig.api.until<KnativeService>(ref('Service', name), each => readState(each).lastRevision === revision)
  const untilReady = (name: string) =>
    rig.api.until<KnativeRevision>(ref('Revision', name), each => conditionOf(each, 'Ready')?.status === 'True')
  const ticks = async (id: string) =>
    (await rig.log(id)).map(({ text }) => text).filter(text => text.startsWith('tick '))

  it('are not deployed when the credentials are not accepted, and nothing is made', async () => {
    assert.deepEqual(await rig.functions.list(rig.projectId), [])
    proxy.refuse(401)
    await refused(rig.deploy('export const handler = () => 1', { name: 'never' }))
    proxy.heal()
    assert.deepEqual([await made('ConfigMap'), await made('Secret')], [[], []])
  })

  it('come to serve when the credentials are refused while they start, and accepted again later', async () => {
    const deployed = rig.deploy(ticking, { scaling: awake })
    await untilPut('fn', 1)
    await eventually(async () => assert.equal((await rig.functions.list())[0]?.status, 'deploying'))
    proxy.refuse(401)
    proxy.cut()
    await untilReady('fn-00001')
    await eventually(() => assert.equal(rig.functions.state().error?.details?.['reason'], 'unauthenticated'))
    assert.equal((await rig.functions.list())[0]?.status, 'deploying')
    // Its pod is heard of last, when the gateway has written into the log already.
    proxy.refuse(401, ({ path }) => path.includes('/pods?'))
    const { id, status, serving: number } = await deployed
    assert.deepEqual([status, number], ['ready', 1])
    proxy.heal()
    assert.equal(readState(await rig.api.get<KnativeService>(ref('Service', 'fn'))).deployment, undefined)
    await eventually(async () => assert.ok((await ticks(id)).length > 10))
    assertConsecutive(await ticks(id))
  })

  it('lose no line of their log while the credentials are refused, or the log itself is', async () => {
    const { id } = (await rig.functions.list())[0]!
    const more = async () => {
      const { length } = await ticks(id)
      await eventually(async () => assert.ok((await ticks(id)).length > length + 10))
      assertConsecutive(await ticks(id))
    }
    const isLog = ({ path }: { path: string }) => path.includes('/log?')
    for (const [code, which] of [[401], [410, isLog]] as const) {
      const before = proxy.refused()
      proxy.refuse(code, which)
      proxy.cut()
      await eventually(() => assert.ok(proxy.refused() > before + 2))
      await delay(1000)
      proxy.heal()
      await more()
    }
    assert.equal(rig.functions.state().error, undefined)
  })

  it('come to serve though each of their watches is told that its version is gone', async () => {
    // After the refusals before it may be seconds until a watch is open again.
    const areOpen = () => eventually(() => assert.ok(proxy.watches() >= 3))
    await areOpen()
    const deployed = rig.deploy('export const handler = () => 2')
    await untilPut('fn', 2)
    await areOpen()
    let told = 0
    await eventually(() => assert.ok((told += proxy.expireWatches()) >= 3))
    const { serving: number } = await deployed
    assert.equal(number, 2)
    assert.deepEqual(rig.functions.state(), { synced: true })
  })

  it('leave nothing behind when the credentials are refused in the midst of a deployment', async () => {
    const isOfService = (path: string) => path.startsWith(`/apis/${serving}/namespaces/${rig.namespace}/services`)
    // What was made before can not be removed either, at first.
    proxy.refuse(401, ({ method, path }) => (method === 'POST' && isOfService(path)) || method === 'DELETE')
    await refused(rig.deploy('export const handler = () => 1', { name: 'half' }))
    const ofHalf = async () =>
      [...(await made('ConfigMap')), ...(await made('Secret'))].filter(name => name.startsWith('half'))
    assert.equal((await ofHalf()).length, 2)
    proxy.heal()
    await eventually(async () => assert.deepEqual(await ofHalf(), []))
    assert.deepEqual(
      (await rig.functions.list(rig.projectId)).map(({ spec }) => spec.name),
      ['fn'],
    )
  })
})
