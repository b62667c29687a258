import assert from 'node:assert/strict'
import type { CronJob, CronJobCreate } from '../../../../../src/contract/cronJobs.ts'
import type { CronJobExecution } from '../../../../../src/contract/executions.ts'
import type { KubeObject } from '../../../../../src/gateway/providers/kubernetes/client/kubeObject.ts'
import { type ClusterGateway, openClusterGateway } from '../../../../support/cluster/clusterGateway.ts'
import { kubeconfigThrough, type ProxiedCluster } from '../../../../support/cluster/kubeconfigThrough.ts'
import { testCluster } from '../../../../support/cluster/testCluster.ts'
import { eventually } from '../../../../support/eventually.ts'

describe('runs by hand on a cluster', function () {
  this.timeout(120_000)
  let through: ProxiedCluster
  let cluster: ClusterGateway
  before(async () => {
    through = await kubeconfigThrough((await testCluster()).kubeconfig)
    cluster = await openClusterGateway(through.kubeconfig)
  })
  afterEach(() => through.proxy.heal())
  after(async () => {
    await cluster?.[Symbol.asyncDispose]()
    await through?.[Symbol.asyncDispose]()
  })

  const create = (name: string, fields: Partial<CronJobCreate> = {}): Promise<CronJob> => {
    const { projectId, image } = cluster
    const body = { projectId, name, image, schedule: '0 0 1 1 *', command: ['true'], backoffLimit: 0, ...fields }
    return cluster.client().call('createCronJob', { body })
  }
  const trigger = (id: string, { client } = cluster) => client().call('triggerCronJob', { params: { id }, body: {} })
  const runsOf = async (id: string, { client } = cluster): Promise<readonly CronJobExecution[]> =>
    (await client().call('listExecutions', { params: { id } })).items
  const jobs = () => ({ apiVersion: 'batch/v1', kind: 'Job', namespace: cluster.namespace })
  const isOf = (name: string) => (job: KubeObject) => job.metadata.name.startsWith(`${name}-manual-`)
  const jobsOf = async (name: string) => (await cluster.api.list<KubeObject>(jobs())).filter(isOf(name))
  const untilMade = (name: string) => cluster.api.untilList<KubeObject>(jobs(), list => list.some(isOf(name)))

  it('are made once, and answered, when the answer of the cluster is lost', async () => {
    const { id, name } = await create('lost')
    through.proxy.delay(250)
    const triggered = trigger(id)
    await untilMade(name)
    through.proxy.cut()
    await through.proxy.heal()
    const { id: execId, jobName } = await triggered
    const made = await jobsOf(name)
    assert.deepEqual(
      made.map(({ metadata }) => [metadata.name, metadata.uid]),
      [[jobName, execId]],
    )
    assert.equal((await cluster.ended(id, execId)).status, 'succeeded')
  })

  it('are refused at once while the cluster is away, and none comes later', async () => {
    const { id, name } = await create('refused')
    through.proxy.refuse()
    through.proxy.cut()
    await assert.rejects(trigger(id), { code: 'CONNECTION_FAILED' })
    await through.proxy.heal()
    assert.equal((await trigger(id)).applicationId, id)
    assert.equal((await jobsOf(name)).length, 1)
  })

  it('are shown once by the next gateway when theirs is killed before it answers', async () => {
    const { id, name } = await create('killed', { command: ['echo', 'kept'] })
    through.proxy.delay(250)
    trigger(id).catch(() => undefined)
    await untilMade(name)
    await cluster.gateway().kill()
    await through.proxy.heal()
    await cluster.startAgain()
    const run = await eventually(async () => {
      const [found, ...others] = await runsOf(id)
      assert.deepEqual(others, [])
      assert.equal(found?.status, 'succeeded')
      return found
    })
    const made = await jobsOf(name)
    assert.deepEqual([[run.id, run.trigger]], [...made.map(({ metadata }) => [metadata.uid, 'manual'])])
    assert.equal(run.logs, 'kept\n')
  })

  it('keep the lines of a Job that is deleted while its log is read', async () => {
    const command = ['sh', '-c', 'i=0; while true; do i=$((i+1)); echo line $i; sleep 0.1; done']
    const { id } = await create('deleted', { command, terminationGracePeriodSeconds: 1 })
    const { id: execId, jobName } = await trigger(id)
    const ended = cluster.ended(id, execId)
    const printed = async () => {
      const found = await cluster
        .client()
        .call('getExecutionLogs', { params: { id, execId }, query: { limit: 10_000 } })
      return found.items.filter(({ stream }) => stream === 'stdout').map(({ text }) => text)
    }
    await eventually(async () => assert.ok((await printed()).length > 10))
    await cluster.api.remove({ ...jobs(), name: jobName }, { propagationPolicy: 'Background' })
    const run = await ended
    assert.deepEqual([run.status, run.reason], ['failed', 'Deleted'])
    const lines = await printed()
    assert.deepEqual(
      lines,
      lines.map((_, at) => `line ${at + 1}`),
    )
  })

  it('are the same, and each there once, for two gateways', async () => {
    await using other = await cluster.another()
    assert.equal(other.projectId, cluster.projectId)
    const { id } = await create('shared')
    await eventually(() => other.client().call('getCronJob', { params: { id } }))
    const made = [await trigger(id), await trigger(id, other)].map(run => run.id).sort()
    for (const gateway of [cluster, other]) {
      await eventually(async () => {
        const found = await runsOf(id, gateway)
        assert.deepEqual(found.map(run => run.id).sort(), made)
        assert.ok(found.every(({ status }) => status === 'succeeded'))
      })
    }
  })
})
