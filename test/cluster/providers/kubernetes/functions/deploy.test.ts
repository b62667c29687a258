import assert from 'node:assert/strict'
import type { KubeObject } from '../../../../../src/gateway/providers/kubernetes/client/kubeObject.ts'
import { eventually } from '../../../../support/eventually.ts'
import { jsonOf } from '../../../../support/functionInputs.ts'
import { type ClusterFunctionsRig, openClusterFunctions } from '../../../../support/cluster/clusterFunctionsRig.ts'

describe('a function on a cluster', function () {
  this.timeout(120_000)
  let rig: ClusterFunctionsRig
  before(async () => {
    rig = await openClusterFunctions()
  })
  after(() => rig[Symbol.asyncDispose]())

  it('is deployed without an image of its own, and answers', async () => {
    const record = await rig.deploy('export const handler = event => ({ got: event })')
    assert.deepEqual([record.status, record.serving], ['ready', 1])
    const answer = await rig.call(record.id, { a: 1 })
    assert.deepEqual(jsonOf(answer), { got: { a: 1 } })
    await rig.functions.remove(record.id)
  })

  it('leaves nothing of its own when it is deleted, though it never served', async () => {
    await assert.rejects(rig.deploy('throw new Error("boom")', { name: 'failing' }), { code: 'DEPLOY_FAILED' })
    const [fn] = await rig.functions.list(rig.projectId)
    assert.deepEqual([fn?.spec.name, fn?.status], ['failing', 'failed'])
    await rig.functions.remove(fn!.id)
    const labelled = async (kind: string) =>
      (await rig.api.list<KubeObject>({ apiVersion: 'v1', kind, namespace: rig.namespace })).filter(
        ({ metadata }) => metadata.labels?.['hexabase.io/app-id'] === fn!.id,
      )
    assert.deepEqual(await labelled('ConfigMap'), [])
    await eventually(async () => assert.deepEqual(await labelled('Secret'), []), 10_000)
  })
})
