import assert from 'node:assert/strict'
import { type ClusterFunctionsRig, openClusterFunctions } from '../../../../support/cluster/clusterFunctionsRig.ts'
import { kubeconfigThrough, type ProxiedCluster } from '../../../../support/cluster/kubeconfigThrough.ts'
import { testCluster } from '../../../../support/cluster/testCluster.ts'
import { defaultScaling } from '../../../../../src/gateway/domain/functionScaling.ts'
import { eventually } from '../../../../support/eventually.ts'

const ticking = 'let i = 0; setInterval(() => console.log("tick", ++i), 100); export const handler = () => i'
const awake = { ...defaultScaling, minScale: 1 }

describe('functions behind connections that are dead though nobody closed them', function () {
  this.timeout(90_000)
  let through: ProxiedCluster
  let rig: ClusterFunctionsRig
  before(async () => {
    through = await kubeconfigThrough((await testCluster()).kubeconfig)
    // The 90 seconds of silence after which a watch counts as dead are three.
    rig = await openClusterFunctions({ kubeconfig: through.kubeconfig, hurry: 30 })
  })
  after(async () => {
    await rig?.[Symbol.asyncDispose]()
    await through?.[Symbol.asyncDispose]()
  })

  const ticks = async (id: string) =>
    (await rig.log(id)).map(({ text }) => text).filter(text => text.startsWith('tick '))

  it('come to serve', async () => {
    const deployed = rig.deploy(ticking, { scaling: awake })
    // The cluster has it, and the answer has come.
    await eventually(() =>
      assert.ok(rig.changes.some(change => change.kind === 'deployment' && change.step.phase === 'starting')),
    )
    through.proxy.lose()
    assert.equal((await deployed).status, 'ready')
    assert.deepEqual([rig.functions.state(), rig.reported], [{ synced: true }, []])
  })

  it('lose no line of their log', async () => {
    const { id } = (await rig.functions.list())[0]!
    await eventually(async () => assert.ok((await ticks(id)).length > 10))
    through.proxy.lose()
    const { length } = await ticks(id)
    await eventually(async () => assert.ok((await ticks(id)).length > length + 20))
    const lines = await ticks(id)
    assert.deepEqual(
      lines,
      lines.map((_, at) => `tick ${at + 1}`),
    )
  })
})
