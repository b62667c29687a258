import assert from 'node:assert/strict'
import type { CronJob } from '../../../../../src/contract/cronJobs.ts'
import type { KubeCronJob } from '../../../../../src/gateway/providers/kubernetes/objects/batchV1.ts'
import { type ClusterGateway, openClusterGateway } from '../../../../support/cluster/clusterGateway.ts'
import { eventually } from '../../../../support/eventually.ts'

describe('a CronJob of a cluster whose object others replace', function () {
  this.timeout(90_000)
  let cluster: ClusterGateway
  before(async () => {
    cluster = await openClusterGateway()
  })
  after(async () => {
    await cluster?.[Symbol.asyncDispose]()
  })

  const yearly = '0 3 1 1 *'
  const appId = 'hexabase.io/app-id'
  const ref = (name: string) => ({ apiVersion: 'batch/v1', kind: 'CronJob', namespace: cluster.namespace, name })
  const object = async (name: string) => (await cluster.api.get<KubeCronJob>(ref(name)))!
  /** As `kubectl create cronjob` writes it. */
  const manifest = (name: string, schedule: string, metadata: object = {}) => ({
    ...{ apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name, namespace: cluster.namespace, ...metadata } },
    spec: {
      schedule,
      jobTemplate: {
        spec: {
          template: {
            spec: { restartPolicy: 'OnFailure', containers: [{ name, image: cluster.image, command: ['true'] }] },
          },
        },
      },
    },
  })
  /** As `kubectl replace` does it: what the manifest lacks is gone, the UID stays. */
  const replace = (name: string, schedule: string) =>
    cluster.api.request.json<KubeCronJob>('PUT', `/apis/batch/v1/namespaces/${cluster.namespace}/cronjobs/${name}`, {
      body: manifest(name, schedule),
    })
  const create = (name: string): Promise<CronJob> => {
    const body = { projectId: cluster.projectId, name, schedule: yearly, image: cluster.image, command: ['true'] }
    return cluster.client().call('createCronJob', { body })
  }
  const trigger = async (id: string): Promise<string> => {
    const { id: run } = await cluster.client().call('triggerCronJob', { params: { id }, body: {} })
    assert.equal((await cluster.ended(id, run)).status, 'succeeded')
    return run
  }
  const named = async (name: string): Promise<readonly CronJob[]> => {
    const query = { projectId: cluster.projectId, limit: 1000 }
    const { items } = await cluster.client().call('listCronJobs', { query })
    return items.filter(job => job.name === name)
  }
  /** The one of this name, once it has this schedule. */
  const shown = (name: string, schedule: string): Promise<CronJob> =>
    eventually(async () => {
      const [job, ...others] = await named(name)
      assert.deepEqual([job?.schedule, others], [schedule, []])
      return job!
    })
  const runsOf = async (id: string) => {
    const { items } = await cluster.client().call('listExecutions', { params: { id }, query: { limit: 100 } })
    return items
  }

  it('stays the same one with its history and log, also for another gateway on the same data', async () => {
    const { id } = await create('rep')
    const first = await trigger(id)
    const { metadata } = await replace('rep', '* * * * *')
    assert.equal(metadata.labels?.[appId], undefined)
    assert.equal((await shown('rep', '* * * * *')).id, id)
    // The cluster starts at once what it has missed since.
    const lastScheduleTime = `${new Date(Date.now() - 120_000).toISOString().slice(0, 19)}Z`
    await cluster.api.patch(ref('rep'), { status: { lastScheduleTime } }, 'status')
    const second = await eventually(async () => {
      const run = (await runsOf(id)).find(each => each.trigger === 'schedule')
      assert.equal(run?.status, 'succeeded')
      return run.id
    }, 60_000)

    await replace('rep', '0 5 1 1 *')
    await shown('rep', '0 5 1 1 *')
    await cluster.gateway().kill()
    await replace('rep', '0 4 1 1 *')
    await cluster.startAgain()
    const job = await shown('rep', '0 4 1 1 *')
    assert.deepEqual([job.id, job.nextExecutionAt?.slice(4)], [id, '-01-01T04:00:00.000Z'])
    const third = await trigger(id)
    const runs = (await runsOf(id)).map(run => run.id)
    for (const run of [first, second, third]) assert.ok(runs.includes(run))
    const log = await (await cluster.client().open('getCronJobLogs', { params: { id }, query: {} })).text()
    for (const run of [first, second, third]) assert.ok(log.includes(run))
  })

  it('gets its labels back with the next change', async () => {
    const { id } = await create('marked')
    const { metadata: before } = await object('marked')
    await replace('marked', '0 4 1 1 *')
    await shown('marked', '0 4 1 1 *')
    await cluster.client().call('updateCronJob', { params: { id }, body: { backoffLimit: 2 } })
    const { metadata } = await object('marked')
    assert.deepEqual([metadata.labels?.[appId], metadata.annotations], [id, before.annotations])
    await replace('marked', yearly)
    await shown('marked', yearly)
    const applied = manifest('marked', '0 5 1 1 *')
    await cluster.client().call('applyManifest', {
      params: { id: cluster.projectId },
      body: { manifest: applied, forceConflicts: true },
    })
    const { metadata: again } = await object('marked')
    assert.deepEqual([again.labels?.[appId], again.annotations], [id, before.annotations])
    assert.equal((await shown('marked', '0 5 1 1 *')).id, id)
  })

  it('is not the copy that was made of it before, nor one that is created anew with its labels', async () => {
    const { id } = await create('old')
    const { labels, annotations } = (await object('old')).metadata
    await replace('old', '0 4 1 1 *')
    await cluster.api.create(manifest('copy', yearly, { labels, annotations }))
    const copy = await shown('copy', yearly)
    assert.deepEqual([(await shown('old', '0 4 1 1 *')).id, copy.id === id], [id, false])

    await cluster.api.remove(ref('old'))
    await eventually(async () => assert.deepEqual(await named('old'), []))
    await cluster.api.create(manifest('old', yearly, { labels, annotations }))
    const anew = await shown('old', yearly)
    assert.notEqual(anew.id, id)
    await cluster.client().call('deleteCronJob', { params: { id: copy.id } })
    assert.equal((await shown('old', yearly)).id, anew.id)
  })
})
