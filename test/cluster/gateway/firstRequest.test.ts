import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { openClusterGateway } from '../../support/cluster/clusterGateway.ts'
import { kubeconfigThrough } from '../../support/cluster/kubeconfigThrough.ts'
import { testCluster } from '../../support/cluster/testCluster.ts'
import { eventually } from '../../support/eventually.ts'

/** The longest pause between two tries to reach a cluster is half of it. */
const backMs = 60_000

describe('the first request to a gateway that starts', function () {
  this.timeout(240_000)

  it('finds what the cluster has, by project and by id, and says when the cluster is away', async () => {
    await using through = await kubeconfigThrough((await testCluster()).kubeconfig)
    await using cluster = await openClusterGateway(through.kubeconfig)
    const { projectId, image } = cluster
    const body = { projectId, name: 'report', schedule: '0 0 1 1 *', image, command: ['true'] }
    const { id } = await cluster.client().call('createCronJob', { body })
    const run = await cluster.client().call('triggerCronJob', { params: { id } })
    const source = Buffer.from('export const handler = () => 1\n').toString('base64')
    const fn = await cluster.client().call('deployFunction', {
      params: { id: projectId },
      body: { name: 'one', runtime: 'node', source, waitSeconds: 120 },
    })
    const listed = () => cluster.client().call('listCronJobs', { query: { projectId } })
    const cronJob = (which = id) => cluster.client().call('getCronJob', { params: { id: which } })
    const named = async () => [
      (await cronJob()).name,
      (await cluster.client().call('getExecution', { params: { id, execId: run.id } })).jobName,
      (await cluster.client().call('getFunction', { params: { id: fn.id } })).name,
    ]
    const names = ['report', run.jobName, 'one']

    await cluster.gateway().stop()
    await cluster.startAgain()
    const [list, found] = await Promise.all([listed(), named()])
    assert.deepEqual([list.items.map(item => item.id), found], [[id], names])

    await cluster.gateway().stop()
    through.proxy.refuse()
    await cluster.startAgain()
    await assert.rejects(listed(), { code: 'CONNECTION_FAILED' })
    await assert.rejects(cronJob(), { code: 'CONNECTION_FAILED' })
    const execution = cluster.client().call('getExecution', { params: { id, execId: run.id } })
    await assert.rejects(execution, { code: 'CONNECTION_FAILED' })
    await assert.rejects(cluster.client().call('getFunction', { params: { id: fn.id } }), { code: 'CONNECTION_FAILED' })
    await assert.rejects(cronJob(randomUUID()), { code: 'NOT_FOUND' })

    await through.proxy.heal()
    // Each kind of thing is listed again in its own time.
    await eventually(listed, backMs)
    assert.deepEqual(await eventually(named, backMs), names)
    await cluster.client().call('deleteFunction', { params: { id: fn.id } })
    await assert.rejects(cluster.client().call('getFunction', { params: { id: fn.id } }), { code: 'NOT_FOUND' })
  })
})
