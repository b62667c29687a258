import assert from 'node:assert/strict'
import { openClusterGateway } from '../../support/cluster/clusterGateway.ts'
import { kubeconfigThrough } from '../../support/cluster/kubeconfigThrough.ts'
import { testCluster } from '../../support/cluster/testCluster.ts'

describe('the first request to a gateway that starts', function () {
  this.timeout(60_000)

  it('finds what the cluster has, by project and by id, and says when the cluster is away', async () => {
    await using through = await kubeconfigThrough((await testCluster()).kubeconfig)
    await using cluster = await openClusterGateway(through.kubeconfig)
    const { projectId, image } = cluster
    const body = { projectId, name: 'report', schedule: '0 0 1 1 *', image, command: ['true'] }
    const { id } = await cluster.client().call('createCronJob', { body })
    const listed = () => cluster.client().call('listCronJobs', { query: { projectId } })

    await cluster.gateway().stop()
    await cluster.startAgain()
    const [list, one] = await Promise.all([listed(), cluster.client().call('getCronJob', { params: { id } })])
    assert.deepEqual([list.items.map(item => item.id), one.name], [[id], 'report'])

    await cluster.gateway().stop()
    through.proxy.refuse()
    await cluster.startAgain()
    await assert.rejects(listed(), { code: 'CONNECTION_FAILED' })
  })
})
