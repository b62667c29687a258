import assert from 'node:assert/strict'
import { chooseContext } from '../../../scripts/cluster/kubeconfig.ts'
import type { GatewayClient } from '../../../src/client/gatewayClient.ts'
import type { CronJob } from '../../../src/contract/cronJobs.ts'
import { projectActions, type ProjectAction } from '../../../src/contract/projects.ts'
import { type ClusterGateway, openClusterGateway } from '../../support/cluster/clusterGateway.ts'
import { type LimitedUser, limitedUser, type PolicyRule } from '../../support/cluster/limitedUser.ts'
import { createKubeApi } from '../../support/cluster/kubeApi.ts'
import { temporaryNamespace, type TemporaryNamespace } from '../../support/cluster/temporaryNamespace.ts'
import { testCluster } from '../../support/cluster/testCluster.ts'
import { eventually } from '../../support/eventually.ts'

const looking: readonly PolicyRule[] = [
  { apiGroups: ['batch'], resources: ['cronjobs', 'jobs'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: [''], resources: ['pods', 'events', 'secrets'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: ['serving.knative.dev'], resources: ['services', 'revisions'], verbs: ['get', 'list', 'watch'] },
]
const running: PolicyRule = { apiGroups: ['batch'], resources: ['jobs'], verbs: ['create'] }

describe('what a user of a cluster may not do', function () {
  this.timeout(120_000)
  let namespace: TemporaryNamespace
  let user: LimitedUser
  let opened: ClusterGateway
  let cronJobId: string
  let others: readonly CronJob[]
  before(async () => {
    const { kubeconfig, images } = await testCluster()
    const api = createKubeApi(kubeconfig)
    namespace = await temporaryNamespace(api)
    user = await limitedUser(kubeconfig, { namespace: namespace.name, rules: looking })
    const put = (name: string) =>
      api.apply({
        ...{ apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name, namespace: namespace.name } },
        spec: {
          ...{ schedule: '0 2 * * *', suspend: true },
          jobTemplate: {
            spec: {
              template: {
                spec: {
                  restartPolicy: 'Never',
                  containers: [{ name: 'main', image: images.shell, command: ['true'] }],
                },
              },
            },
          },
        },
      })
    for (const name of ['nightly', 'weekly', 'hourly']) await put(name)
    const { name: context } = await chooseContext(user.kubeconfig)
    opened = await openClusterGateway(user.kubeconfig, { context, namespace: namespace.name })
    await eventually(async () => {
      const { items } = await opened.client().call('listCronJobs', { query: { projectId: opened.projectId } })
      cronJobId = items.find(({ name }) => name === 'nightly')!.id
      others = ['weekly', 'hourly'].map(each => items.find(({ name }) => name === each)!)
      assert.ok(others.every(each => each !== undefined))
    })
  })
  after(async () => {
    await opened[Symbol.asyncDispose]()
    await user[Symbol.asyncDispose]()
    await namespace[Symbol.asyncDispose]()
  })

  const call: GatewayClient['call'] = (...input) => opened.client().call(...input)
  const params = () => ({ id: cronJobId })
  const denied = async (): Promise<readonly ProjectAction[]> =>
    ((await call('getProject', { params: { id: opened.projectId } })).denied ?? []).map(({ action }) => action)
  const refuses = (work: Promise<unknown>, what: string) =>
    assert.rejects(work, {
      code: 'FORBIDDEN',
      message: `You may not ${what} in the namespace "${namespace.name}".`,
    })

  it('is told with the project, and refused before anything is done', async () => {
    await eventually(async () => assert.deepEqual(await denied(), [...projectActions]))
    const { projectId } = opened
    const body = { projectId, name: 'other', schedule: '@daily', image: opened.image, command: ['true'] }
    await refuses(call('createCronJob', { body }), 'create cronjobs.batch')
    await refuses(call('updateSchedule', { params: params(), body: { schedule: '@daily' } }), 'patch cronjobs.batch')
    await refuses(call('resumeCronJob', { params: params(), body: {} }), 'patch cronjobs.batch')
    await refuses(call('triggerCronJob', { params: params(), body: {} }), 'create jobs.batch')
    await refuses(call('deleteCronJob', { params: params() }), 'delete cronjobs.batch')
    const source = Buffer.from('export const handler = () => 1').toString('base64')
    const fn = { name: 'greet', runtime: 'node' as const, source }
    await refuses(
      call('deployFunction', { params: { id: projectId }, body: fn }),
      'create services.serving.knative.dev',
    )
    const secret = { params: { id: projectId, secret: 'mail' }, body: { data: { key: 'a' } } }
    await refuses(call('writeSecret', secret), 'patch secrets')

    const where = { namespace: namespace.name }
    const { api } = opened
    assert.deepEqual(await api.list({ apiVersion: 'batch/v1', kind: 'Job', ...where }), [])
    assert.deepEqual(await api.list({ apiVersion: 'v1', kind: 'Secret', ...where }), [])
    const { items } = await call('listFunctions', { params: { id: projectId } })
    assert.deepEqual(items, [])
    assert.equal((await call('getCronJob', { params: params() })).suspend, true)
  })

  it('changes with the roles: what was granted is done, what was taken away is refused and told', async () => {
    await user.allow([...looking, running])
    const project = { id: opened.projectId }
    await eventually(async () => {
      await call('triggerCronJob', { params: params(), body: {} })
    }, 20_000)
    await eventually(async () => assert.ok(!(await denied()).includes('triggerCronJob')))

    await user.allow(looking)
    await assert.rejects(call('triggerCronJob', { params: params(), body: {} }), {
      code: 'FORBIDDEN',
      message: /may not create jobs\.batch in the namespace/,
    })
    await eventually(async () => {
      const now = (await call('getProject', { params: project })).denied ?? []
      assert.match(
        now.find(({ action }) => action === 'triggerCronJob')?.hint ?? '',
        /the verb "create" on jobs\.batch/,
      )
    })
  })

  it('is done all the same to the objects that a role names', async () => {
    const [weekly, hourly] = others as [CronJob, CronJob]
    const named = { apiGroups: ['batch'], resources: ['cronjobs'], resourceNames: ['nightly', 'weekly'] }
    await user.allow([...looking, { ...named, verbs: ['patch', 'delete'] }])
    await eventually(async () => {
      const changed = await call('updateSchedule', { params: params(), body: { schedule: '0 3 * * *' } })
      assert.equal(changed.schedule, '0 3 * * *')
    })
    await eventually(async () => {
      const project = await call('getProject', { params: { id: opened.projectId } })
      assert.deepEqual(
        project.denied?.flatMap(({ action, except }) => (except ? [[action, ...except]] : [])),
        [
          ['changeCronJob', 'nightly', 'weekly'],
          ['deleteCronJob', 'nightly', 'weekly'],
        ],
      )
    })
    await call('deleteCronJob', { params: { id: weekly.id } })
    const { items } = await call('listCronJobs', { query: { projectId: opened.projectId } })
    assert.deepEqual(items.map(({ name }) => name).sort(), ['hourly', 'nightly'])
    await refuses(call('deleteCronJob', { params: { id: hourly.id } }), 'delete cronjobs.batch')
    await refuses(
      call('updateSchedule', { params: { id: hourly.id }, body: { schedule: '@daily' } }),
      'patch cronjobs.batch',
    )
  })

  it('is everything once the token is revoked, which the connection says', async () => {
    await user.revoke()
    await assert.rejects(call('triggerCronJob', { params: params(), body: {} }), (error: { code: string }) => {
      assert.ok(['CONNECTION_FAILED', 'FORBIDDEN'].includes(error.code), error.code)
      return true
    })
    await eventually(async () => {
      const { items } = await call('listConnections', {})
      const connection = items.find(({ kind }) => kind === 'kubernetes')!
      assert.deepEqual([connection.state, connection.code], ['failed', 'CONNECTION_FAILED'])
      assert.match(connection.message ?? '', /does not accept the credentials/)
    }, 60_000)
  })
})
