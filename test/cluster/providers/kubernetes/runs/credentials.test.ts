import assert from 'node:assert/strict'
import { join } from 'node:path'
import { chooseContext, writeKubeconfig } from '../../../../../scripts/cluster/kubeconfig.ts'
import { apiProxy } from '../../../../support/cluster/apiProxy.ts'
import { type ClusterGateway, openClusterGateway } from '../../../../support/cluster/clusterGateway.ts'
import { createKubeApi } from '../../../../support/cluster/kubeApi.ts'
import { kubeconfigThrough } from '../../../../support/cluster/kubeconfigThrough.ts'
import { limitedUser, type PolicyRule } from '../../../../support/cluster/limitedUser.ts'
import { temporaryNamespace } from '../../../../support/cluster/temporaryNamespace.ts'
import { testCluster } from '../../../../support/cluster/testCluster.ts'
import { eventually } from '../../../../support/eventually.ts'
import { temporaryFolder } from '../../../../support/temporaryFolder.ts'

const running: readonly PolicyRule[] = [
  { apiGroups: ['batch'], resources: ['cronjobs', 'jobs'], verbs: ['get', 'list', 'watch', 'create'] },
  { apiGroups: [''], resources: ['pods', 'pods/log', 'events'], verbs: ['get', 'list', 'watch'] },
]
const counting = (to: number) => [
  'sh',
  '-c',
  `i=0; while [ $i -lt ${to} ]; do i=$((i+1)); echo line $i; sleep 0.1; done`,
]

async function create({ client, projectId, image }: ClusterGateway, command: readonly string[]) {
  const body = { projectId, name: 'counts', schedule: '0 0 1 1 *', image, command: [...command], backoffLimit: 0 }
  return client().call('createCronJob', { body })
}
const trigger = ({ client }: ClusterGateway, id: string) =>
  client().call('triggerCronJob', { params: { id }, body: {} })
const output = async ({ client }: ClusterGateway, id: string, execId: string) => {
  const { items } = await client().call('getExecutionLogs', { params: { id, execId }, query: { limit: 10_000 } })
  return items.filter(({ stream }) => stream === 'stdout').map(({ text }) => text)
}
const assertWhole = async (cluster: ClusterGateway, id: string, execId: string, to: number) =>
  assert.deepEqual(
    await output(cluster, id, execId),
    Array.from({ length: to }, (_, i) => `line ${i + 1}`),
  )
const says = ({ client }: ClusterGateway, state: 'failed' | 'ready', message: RegExp) =>
  eventually(async () => {
    const { items } = await client().call('listConnections', {})
    const connection = items.find(({ kind }) => kind === 'kubernetes')!
    assert.equal(connection.state, state)
    assert.match(connection.message ?? '', message)
  })

describe('runs of a cluster that does not accept the credentials', function () {
  this.timeout(120_000)

  it('are not started, and those that run lose no line; the connection says why until it is over', async () => {
    await using proxy = await apiProxy((await testCluster()).kubeconfig)
    await using cluster = await openClusterGateway(proxy.kubeconfig)
    const { id } = await create(cluster, counting(60))
    const run = await trigger(cluster, id)
    await eventually(async () => assert.ok((await output(cluster, id, run.id)).length > 10))
    const ended = cluster.ended(id, run.id)
    proxy.refuse(401)
    proxy.cut()
    await assert.rejects(trigger(cluster, id), {
      code: 'CONNECTION_FAILED',
      message: /does not accept the credentials of this context/,
    })
    await says(cluster, 'failed', /does not accept the credentials/)
    proxy.heal()
    assert.equal((await ended).status, 'succeeded')
    await assertWhole(cluster, id, run.id, 60)
    await says(cluster, 'ready', /^$/)
    const jobs = await cluster.api.list({ apiVersion: 'batch/v1', kind: 'Job', namespace: cluster.namespace })
    assert.deepEqual(
      jobs.map(({ metadata }) => metadata.name),
      [run.jobName],
    )
  })

  it('lose no line when a token is revoked, and go on when its user has logged in again', async () => {
    const { kubeconfig } = await testCluster()
    await using namespace = await temporaryNamespace(createKubeApi(kubeconfig))
    await using through = await kubeconfigThrough(kubeconfig)
    const user = { namespace: namespace.name, rules: running }
    await using first = await limitedUser(through.kubeconfig, user)
    await using second = await limitedUser(through.kubeconfig, user)
    using folder = temporaryFolder()
    const file = join(folder.path, 'kubeconfig')
    const logIn = async (as: typeof first) =>
      writeKubeconfig(file, { ...(await chooseContext(as.kubeconfig)), name: 'somebody' })
    await logIn(first)
    await using cluster = await openClusterGateway(file, { context: 'somebody', namespace: namespace.name })
    const { id } = await create(cluster, counting(150))
    const run = await trigger(cluster, id)
    const ended = cluster.ended(id, run.id)
    await eventually(async () => assert.ok((await output(cluster, id, run.id)).length > 5))
    await first.revoke()
    // The server ends no stream whose token is void.
    through.proxy.cut()
    await says(cluster, 'failed', /does not accept the credentials/)
    await assert.rejects(trigger(cluster, id), { code: /CONNECTION_FAILED/ })
    await logIn(second)
    assert.equal((await ended).status, 'succeeded')
    await assertWhole(cluster, id, run.id, 150)
    await says(cluster, 'ready', /^$/)
  })
})
