import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { chooseContext } from '../../../scripts/cluster/kubeconfig.ts'
import { testCluster } from '../../support/cluster/testCluster.ts'

describe('the cluster of the tests', () => {
  it('is one context in a kubeconfig of its own, which only its user can read', async () => {
    const cluster = await testCluster()
    const { name, server } = await chooseContext(cluster.kubeconfig)
    assert.deepEqual([name, server], [cluster.context, cluster.server])
    assert.equal(statSync(cluster.kubeconfig).mode & 0o777, 0o600)
    assert.equal(await testCluster(), cluster)
  })
})
