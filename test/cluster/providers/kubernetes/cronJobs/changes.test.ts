import assert from 'node:assert/strict'
import type { CronJob } from '../../../../../src/contract/cronJobs.ts'
import type { HksError } from '../../../../../src/contract/errors.ts'
import type { KubeCronJob } from '../../../../../src/gateway/providers/kubernetes/objects/batchV1.ts'
import { type ClusterGateway, openClusterGateway } from '../../../../support/cluster/clusterGateway.ts'
import { eventually } from '../../../../support/eventually.ts'

describe('CronJobs of a cluster that others made', function () {
  this.timeout(60_000)
  let cluster: ClusterGateway
  before(async () => {
    cluster = await openClusterGateway()
  })
  after(async () => {
    await cluster?.[Symbol.asyncDispose]()
  })

  const ref = (name: string) => ({ apiVersion: 'batch/v1', kind: 'CronJob', namespace: cluster.namespace, name })
  const manifest = (name: string, metadata: object = {}) => ({
    ...{ apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name, namespace: cluster.namespace, ...metadata } },
    spec: {
      schedule: '0 3 1 1 *',
      jobTemplate: {
        spec: {
          ttlSecondsAfterFinished: 600,
          template: {
            spec: {
              restartPolicy: 'OnFailure',
              volumes: [{ name: 'data', emptyDir: {} }],
              initContainers: [{ name: 'prepare', image: cluster.image, command: ['true'] }],
              containers: [
                {
                  name: 'main',
                  image: cluster.image,
                  command: ['sh', '-c'],
                  args: ['true'],
                  volumeMounts: [{ name: 'data', mountPath: '/data' }],
                  env: [
                    { name: 'LEVEL', value: 'high' },
                    { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
                    { name: 'KEY', valueFrom: { secretKeyRef: { name: 'mail', key: 'api-key' } } },
                  ],
                },
                { name: 'proxy', image: cluster.image, command: ['true'] },
              ],
            },
          },
        },
      },
    },
  })
  /** Makes one past the gateway, and waits until it is shown. */
  const made = async (name: string, metadata: object = {}): Promise<CronJob> => {
    const { metadata: given } = await cluster.api.create<KubeCronJob>(manifest(name, metadata))
    return shown(job => job.name === name && job.id.length === given.uid.length)
  }
  const shown = (isWanted: (job: CronJob) => boolean): Promise<CronJob> =>
    eventually(async () => {
      const query = { projectId: cluster.projectId, limit: 1000 }
      const { items } = await cluster.client().call('listCronJobs', { query })
      const found = items.find(isWanted)
      assert.ok(found)
      return found
    })
  const object = async (name: string) => (await cluster.api.get<KubeCronJob>(ref(name)))!

  it('are shown as they are, and changed without losing what no form shows', async () => {
    const { id, ...job } = await made('theirs')
    assert.deepEqual(
      [job.command, job.args, job.environment, job.secrets],
      [['sh', '-c'], ['true'], { LEVEL: 'high' }, [{ name: 'KEY', from: 'mail/api-key' }]],
    )
    const before = await object('theirs')
    const body = { schedule: '0 4 1 1 *', suspend: true, environment: { LEVEL: 'low', NEW: '1' }, args: ['echo hi'] }
    const changed = await cluster.client().call('updateCronJob', { params: { id }, body })
    assert.deepEqual([changed.schedule, changed.suspend, changed.environment], [body.schedule, true, body.environment])
    const wanted = structuredClone(before.spec) as {
      -readonly [K in keyof KubeCronJob['spec']]: KubeCronJob['spec'][K]
    }
    Object.assign(wanted, { schedule: body.schedule, suspend: true })
    const main = wanted.jobTemplate.spec.template.spec.containers[0]!
    const [, field, secret] = main.env!
    Object.assign(main, {
      args: body.args,
      env: [{ name: 'LEVEL', value: 'low' }, field, secret, { name: 'NEW', value: '1' }],
    })
    assert.deepEqual((await object('theirs')).spec, wanted)
  })

  it('follow what others change, and their history of schedules too', async () => {
    const { id } = await made('followed')
    await cluster.api.patch(ref('followed'), { spec: { schedule: '0 5 1 1 *', timeZone: 'Asia/Tokyo' } })
    const began = Date.now()
    const job = await shown(each => each.id === id && each.timeZone === 'Asia/Tokyo')
    assert.ok(Date.now() - began < 2000)
    assert.deepEqual([job.schedule, job.nextExecutionAt?.slice(4)], ['0 5 1 1 *', '-12-31T20:00:00.000Z'])
  })

  it('are changed on top of what others changed meanwhile, but nothing of theirs is undone', async () => {
    const { id } = await made('contested')
    const spoil = async () => {
      for (let i = 0; i < 10; i++)
        await cluster.api.patch(ref('contested'), { metadata: { annotations: { n: `${i}` } } })
    }
    const change = async () => {
      for (const backoffLimit of [1, 2, 3, 4]) {
        await cluster.client().call('updateCronJob', { params: { id }, body: { backoffLimit } })
      }
    }
    await Promise.all([spoil(), change()])
    const { metadata, spec } = await object('contested')
    assert.deepEqual([metadata.annotations?.['n'], spec.jobTemplate.spec.backoffLimit], ['9', 4])
  })

  it('are applications of their own when they are copies, with the same label', async () => {
    const body = { projectId: cluster.projectId, name: 'ours', schedule: '0 6 1 1 *', image: cluster.image }
    const ours = await cluster.client().call('createCronJob', { body })
    const { metadata } = await object('ours')
    const copy = await made('copy', { labels: metadata.labels, annotations: metadata.annotations })
    assert.equal(metadata.labels?.['hexabase.io/app-id'], ours.id)
    assert.notEqual(copy.id, ours.id)
    await cluster.client().call('deleteCronJob', { params: { id: copy.id } })
    assert.equal((await cluster.client().call('getCronJob', { params: { id: ours.id } })).name, 'ours')
  })

  it('are refused by the API server in words of the request', async () => {
    const body = { projectId: cluster.projectId, name: 'refused', schedule: '0 6 1 1 *', image: cluster.image }
    const secrets = [{ name: 'KEY', from: 'mail/..' }]
    await assert.rejects(cluster.client().call('createCronJob', { body: { ...body, secrets } }), (error: HksError) => {
      assert.deepEqual([error.code, error.details?.['field']], ['INVALID_REQUEST', 'secrets'])
      assert.match(error.message, /^secrets: .*"\.\."/)
      return true
    })
    const { image: _image, ...without } = body
    const command = ['true']
    await assert.rejects(cluster.client().call('createCronJob', { body: { ...without, command } }), {
      code: 'INVALID_REQUEST',
      message: /^image: is missing/,
    })
  })
})
