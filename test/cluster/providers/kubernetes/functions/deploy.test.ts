import assert from 'node:assert/strict'
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
  })
})
