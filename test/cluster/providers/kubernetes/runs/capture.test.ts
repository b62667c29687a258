import assert from 'node:assert/strict'
import type { CronJobCreate } from '../../../../../src/contract/cronJobs.ts'
import { type ClusterGateway, openClusterGateway } from '../../../../support/cluster/clusterGateway.ts'
import { kubeconfigThrough } from '../../../../support/cluster/kubeconfigThrough.ts'
import { limitedUser } from '../../../../support/cluster/limitedUser.ts'
import { testCluster } from '../../../../support/cluster/testCluster.ts'
import { eventually } from '../../../../support/eventually.ts'

const job = (namespace: string, name: string) => ({ apiVersion: 'batch/v1', kind: 'Job', namespace, name })
/** Counts from 1 to `to`, a number every tenth of a second or two. */
const counting = (to: number) => [
  'sh',
  '-c',
  `i=0; while [ $i -lt ${to} ]; do i=$((i+1)); echo line $i; sleep 0.1; done`,
]
const numbers = (to: number) => Array.from({ length: to }, (_, i) => `line ${i + 1}`)

async function create({ client, projectId, image }: ClusterGateway, fields: Partial<CronJobCreate>) {
  const name = `job-${Math.random().toString(36).slice(2, 8)}`
  const body = {
    projectId,
    name,
    schedule: '0 0 1 1 *',
    image,
    backoffLimit: 0,
    terminationGracePeriodSeconds: 1,
    ...fields,
  }
  return client().call('createCronJob', { body })
}
const trigger = ({ client }: ClusterGateway, id: string) =>
  client().call('triggerCronJob', { params: { id }, body: {} })
async function linesOf({ client }: ClusterGateway, id: string, execId: string) {
  const { items } = await client().call('getExecutionLogs', { params: { id, execId }, query: { limit: 10_000 } })
  return items
}
const output = async (cluster: ClusterGateway, id: string, execId: string) =>
  (await linesOf(cluster, id, execId)).filter(line => line.stream === 'stdout').map(line => line.text)

describe('the runs of a cluster', function () {
  this.timeout(120_000)
  let cluster: ClusterGateway
  before(async () => {
    cluster = await openClusterGateway()
  })
  after(async () => {
    await cluster?.[Symbol.asyncDispose]()
  })

  it('stay when the cluster deletes their Jobs at once', async () => {
    const { id } = await create(cluster, { command: ['sh', '-c', 'echo kept'], successfulJobsHistoryLimit: 0 })
    const run = await cluster.ended(id, (await trigger(cluster, id)).id)
    await cluster.api.untilGone(job(cluster.namespace, run.jobName))
    const after = await cluster.client().call('getExecution', { params: { id, execId: run.id } })
    assert.deepEqual([after.status, after.logs], ['succeeded', 'kept\n'])
  })

  it('tell every gateway what they had of their own, and it runs them again with that', async () => {
    await using other = await cluster.another()
    const { id } = await create(cluster, { command: ['sh', '-c', 'echo "$WHO $1"', 'sh'], args: ['own'] })
    const changes = { args: ['a b'], environment: { WHO: 'moon' }, image: cluster.image }
    const { id: first } = await cluster.client().call('triggerCronJob', { params: { id }, body: changes })
    await cluster.ended(id, first)
    const seen = await eventually(() => other.client().call('getExecution', { params: { id, execId: first } }))
    assert.deepEqual(seen.changes, changes)
    const again = await other.client().call('triggerCronJob', { params: { id }, body: { retryOf: first } })
    const ended = await other.ended(id, again.id)
    assert.deepEqual([ended.changes, ended.logs], [changes, 'moon a b\n'])
  })

  it('say that their Job was deleted while they ran', async () => {
    const { id } = await create(cluster, { command: ['sleep', '300'] })
    const { id: execId, jobName } = await trigger(cluster, id)
    await cluster.api.remove(job(cluster.namespace, jobName))
    const run = await cluster.ended(id, execId)
    assert.deepEqual([run.status, run.reason, run.cause], ['failed', 'Deleted', 'Its Job was deleted while it ran.'])
  })

  it('end with their CronJob, whoever deletes it', async () => {
    const { id, name } = await create(cluster, { command: ['sleep', '300'] })
    await trigger(cluster, id)
    await cluster.api.remove({ apiVersion: 'batch/v1', kind: 'CronJob', namespace: cluster.namespace, name })
    await eventually(async () => {
      await assert.rejects(cluster.client().call('getCronJob', { params: { id } }), { code: 'NOT_FOUND' })
    })
    // Made anew under the same name it is another one.
    const again = await create(cluster, { name, command: ['true'] })
    assert.notEqual(again.id, id)
    assert.deepEqual((await cluster.client().call('listExecutions', { params: { id: again.id } })).items, [])
  })

  it('have the lines of all their containers, each with its name', async () => {
    const { api, namespace, image } = cluster
    const { id, name } = await create(cluster, { command: ['sh', '-c', 'sleep 1; echo work'] })
    const sidecar = { name: 'proxy', image, command: ['sh', '-c', 'echo ready'] }
    const prepare = { name: 'prepare', image, command: ['sh', '-c', 'echo first'] }
    const { request } = api
    await request.json('PATCH', `/apis/batch/v1/namespaces/${namespace}/cronjobs/${name}`, {
      body: [
        { op: 'add', path: '/spec/jobTemplate/spec/template/spec/containers/-', value: sidecar },
        { op: 'add', path: '/spec/jobTemplate/spec/template/spec/initContainers', value: [prepare] },
      ],
      contentType: 'application/json-patch+json',
    })
    // A change through the gateway keeps them.
    await cluster.client().call('updateCronJob', { params: { id }, body: { environment: { A: '1' } } })
    const { id: execId } = await trigger(cluster, id)
    await cluster.ended(id, execId)
    assert.deepEqual(await output(cluster, id, execId), ['[prepare] first', '[proxy] ready', `[${name}] work`])
  })

  it('show no value of a Secret in log and cause, also after the gateway was started again', async () => {
    const params = { id: cluster.projectId, secret: 'mail' }
    const value = `pw-${crypto.randomUUID()}`
    await cluster.client().call('writeSecret', { params, body: { data: { password: value } } })
    const says = 'echo "before $PW"; sleep 8; echo "after $PW"; echo "no entry with $PW" > /dev/termination-log; exit 3'
    const secrets = [{ name: 'PW', from: 'mail/password' }]
    const { id } = await create(cluster, { command: ['sh', '-c', says], secrets })
    const { id: execId } = await trigger(cluster, id)
    await eventually(async () => assert.deepEqual(await output(cluster, id, execId), ['before ***']))
    await cluster.gateway().kill()
    await cluster.startAgain()
    await eventually(() => cluster.client().call('getCronJob', { params: { id } }))
    const run = await cluster.ended(id, execId)
    assert.deepEqual(await output(cluster, id, execId), ['before ***', 'after ***'])
    assert.equal(run.cause, 'The container exited with code 3: no entry with ***.')
    assert.doesNotMatch(JSON.stringify([run, await linesOf(cluster, id, execId)]), new RegExp(value))
  })

  it('show the values of an envFrom only to who may not read the Secret, and go on for him, too', async () => {
    const { api, namespace } = cluster
    const rules = [
      { apiGroups: ['batch'], resources: ['cronjobs', 'jobs'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: [''], resources: ['pods', 'pods/log', 'events'], verbs: ['get', 'list', 'watch'] },
    ]
    await using user = await limitedUser((await testCluster()).kubeconfig, { namespace, rules })
    await using limited = await openClusterGateway(user.kubeconfig, { context: user.context, namespace })
    const metadata = { name: `all-${Math.random().toString(36).slice(2, 8)}`, namespace }
    await api.apply({ apiVersion: 'v1', kind: 'Secret', metadata, stringData: { PW: 'hunter2-hunter2' } })
    const { id } = await create(cluster, { command: ['sh', '-c', 'echo "pw $PW"'] })
    const { name } = await cluster.client().call('getCronJob', { params: { id } })
    await api.request.json('PATCH', `/apis/batch/v1/namespaces/${namespace}/cronjobs/${name}`, {
      body: [
        {
          ...{ op: 'add', path: '/spec/jobTemplate/spec/template/spec/containers/0/envFrom' },
          value: [{ secretRef: { name: metadata.name } }],
        },
      ],
      contentType: 'application/json-patch+json',
    })
    // A change through the gateway keeps it.
    await cluster.client().call('updateCronJob', { params: { id }, body: { environment: { A: '1' } } })
    await eventually(() => limited.client().call('getCronJob', { params: { id } }))
    const { id: execId } = await trigger(cluster, id)
    await eventually(() => limited.client().call('getExecution', { params: { id, execId } }))
    const seen = await Promise.all([cluster, limited].map(each => each.ended(id, execId)))
    assert.deepEqual(
      seen.map(({ status, logs }) => [status, logs]),
      [
        ['succeeded', 'pw ***\n'],
        ['succeeded', 'pw hunter2-hunter2\n'],
      ],
    )
  })

  it('lose and repeat nothing when the gateway is killed and started again', async () => {
    const { id } = await create(cluster, { command: counting(80) })
    const { id: execId } = await trigger(cluster, id)
    const lost = await create(cluster, { command: ['sleep', '300'] })
    const lostRun = await trigger(cluster, lost.id)
    await eventually(async () => assert.ok((await output(cluster, id, execId)).length > 20))
    await cluster.gateway().kill()
    await cluster.api.remove(job(cluster.namespace, lostRun.jobName))
    await cluster.api.untilGone(job(cluster.namespace, lostRun.jobName))
    await cluster.startAgain()
    await eventually(() => cluster.client().call('getCronJob', { params: { id } }))
    const run = await cluster.ended(id, execId)
    assert.equal(run.status, 'succeeded')
    assert.deepEqual(await output(cluster, id, execId), numbers(80))
    const settled = await cluster.ended(lost.id, lostRun.id)
    assert.deepEqual([settled.status, settled.reason], ['failed', 'Unknown'])
  })
})

describe('the log of a run of a cluster', function () {
  this.timeout(120_000)

  it('is whole and in order however often the connection is cut', async () => {
    const { kubeconfig } = await testCluster()
    await using through = await kubeconfigThrough(kubeconfig)
    await using cluster = await openClusterGateway(through.kubeconfig)
    const { id } = await create(cluster, { command: counting(100) })
    const { id: execId } = await trigger(cluster, id)
    const whole = cluster.ended(id, execId)
    for (const count of [1, 25, 50]) {
      await eventually(async () => assert.ok((await output(cluster, id, execId)).length > count))
      through.proxy.cut()
    }
    assert.equal((await whole).status, 'succeeded')
    assert.deepEqual(await output(cluster, id, execId), numbers(100))
  })
})
