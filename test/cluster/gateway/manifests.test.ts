import assert from 'node:assert/strict'
import type { HksError } from '../../../src/contract/errors.ts'
import type { ManifestApplied } from '../../../src/contract/manifests.ts'
import { type ClusterGateway, openClusterGateway } from '../../support/cluster/clusterGateway.ts'

interface CronJobObject {
  readonly metadata: { readonly uid: string; readonly labels?: Readonly<Record<string, string>> }
  readonly spec: {
    readonly schedule: string
    readonly suspend: boolean
    readonly jobTemplate: { readonly spec: { readonly template: { readonly spec: Readonly<Record<string, unknown>> } } }
  }
}

describe('a manifest that is applied to a cluster', function () {
  this.timeout(120_000)
  let cluster: ClusterGateway
  before(async () => {
    cluster = await openClusterGateway()
  })
  after(() => cluster[Symbol.asyncDispose]())

  const manifest = (name: string, spec: object = {}, pod: object = {}, metadata: object = {}) => ({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name, ...metadata },
    spec: {
      schedule: '0 2 * * *',
      suspend: true,
      jobTemplate: {
        spec: {
          template: {
            spec: {
              restartPolicy: 'OnFailure',
              ...pod,
              containers: [
                {
                  ...{ name: 'main', image: cluster.image, command: ['true'] },
                  resources: { limits: { memory: '64Mi' } },
                  volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }],
                },
                { name: 'helper', image: cluster.image, command: ['true'] },
              ],
              initContainers: [{ name: 'first', image: cluster.image, command: ['true'] }],
              volumes: [{ name: 'scratch', emptyDir: {} }],
              tolerations: [{ key: 'spot', operator: 'Exists' }],
            },
          },
        },
      },
      ...spec,
    },
  })
  const apply = (object: Record<string, unknown>, options: object = {}): Promise<ManifestApplied> =>
    cluster
      .client()
      .call('applyManifest', { params: { id: cluster.projectId }, body: { manifest: object, ...options } })
  const ref = (name: string) => ({ apiVersion: 'batch/v1', kind: 'CronJob', namespace: cluster.namespace, name })
  const objectOf = async (name: string) => (await cluster.api.get<CronJobObject>(ref(name)))!

  it('makes the CronJob with all its fields, which the gateway then knows', async () => {
    const { action, cronJob, present } = await apply(manifest('whole'))
    assert.deepEqual([action, present], ['created', undefined])
    const { metadata, spec } = await objectOf('whole')
    assert.equal(metadata.labels?.['hexabase.io/app-id'], cronJob?.id)
    const pod = spec.jobTemplate.spec.template.spec as Record<string, object[]>
    assert.deepEqual(
      [pod['restartPolicy'], pod['containers']?.length, pod['initContainers']?.length, pod['tolerations']],
      ['OnFailure', 2, 1, [{ key: 'spot', operator: 'Exists' }]],
    )
    const listed = await cluster.client().call('getCronJob', { params: { id: cronJob!.id } })
    assert.deepEqual([listed.schedule, listed.command], ['0 2 * * *', ['true']])
  })

  it('is unchanged when it is applied again, and changes what it says otherwise', async () => {
    const first = await apply(manifest('again', {}, { priorityClassName: '' }))
    assert.equal((await apply(manifest('again', {}, { priorityClassName: '' }))).action, 'unchanged')
    const changed = await apply(manifest('again', { schedule: '0 3 * * *' }))
    assert.deepEqual(
      [changed.action, changed.cronJob?.schedule, changed.cronJob?.id],
      ['changed', '0 3 * * *', first.cronJob?.id],
    )
    assert.equal((changed.present?.['spec'] as { schedule: string }).schedule, '0 2 * * *')
  })

  it('changes nothing in a dry run, which the cluster checks all the same', async () => {
    const made = await apply(manifest('dry'), { dryRun: true })
    assert.deepEqual([made.action, made.cronJob], ['created', undefined])
    assert.equal((made.manifest['spec'] as { concurrencyPolicy: string }).concurrencyPolicy, 'Allow')
    assert.equal(await cluster.api.get(ref('dry')), undefined)
    await assert.rejects(apply(manifest('dry', { schedule: 'soon' }), { dryRun: true }), {
      code: 'INVALID_REQUEST',
      message: /^spec\.schedule: /,
    })
  })

  it('removes what an earlier manifest said, and leaves what others have set', async () => {
    await apply(manifest('less', { startingDeadlineSeconds: 60 }))
    await cluster.api.patch(ref('less'), { spec: { failedJobsHistoryLimit: 7 } })
    await apply(manifest('less'))
    const { spec } = (await objectOf('less')) as unknown as { spec: Record<string, unknown> }
    assert.deepEqual([spec['startingDeadlineSeconds'], spec['failedJobsHistoryLimit']], [undefined, 7])
  })

  it('names who else has set a field, changes nothing, and takes it over when it is told to', async () => {
    await apply(manifest('theirs'))
    await cluster.api.patch(ref('theirs'), { spec: { schedule: '0 5 * * *' } })
    await assert.rejects(apply(manifest('theirs', { suspend: false })), (error: HksError) => {
      assert.equal(error.code, 'CONFLICT')
      const conflicts = error.details?.['conflicts'] as { manager: string; field: string }[]
      assert.deepEqual(
        conflicts.map(({ field }) => field),
        ['spec.schedule'],
      )
      assert.ok(error.message.includes(`spec.schedule by "${conflicts[0]!.manager}"`), error.message)
      return true
    })
    assert.deepEqual(await objectOf('theirs').then(({ spec }) => [spec.schedule, spec.suspend]), ['0 5 * * *', true])
    const forced = await apply(manifest('theirs'), { forceConflicts: true })
    assert.deepEqual([forced.action, forced.cronJob?.schedule], ['changed', '0 2 * * *'])
  })

  it('changes what our own forms have set without a conflict, and keeps the id', async () => {
    const { client, projectId, image } = { ...cluster, client: cluster.client() }
    const body = { projectId, name: 'formed', schedule: '@daily', suspend: true, image, command: ['true'] }
    const made = await client.call('createCronJob', { body })
    await client.call('updateSchedule', { params: { id: made.id }, body: { schedule: '@weekly' } })
    const { cronJob } = await apply(manifest('formed'))
    assert.deepEqual([cronJob?.id, cronJob?.schedule], [made.id, '0 2 * * *'])
  })

  it('leaves the identity of a CronJob that others made, and takes what kubectl prints', async () => {
    await cluster.api.apply(manifest('foreign', {}, {}, { namespace: cluster.namespace }))
    const printed = (await cluster.api.get<Record<string, unknown>>(ref('foreign')))!
    const { uid } = (await objectOf('foreign')).metadata
    const { action, cronJob } = await apply(printed)
    assert.deepEqual([action, cronJob?.id], ['unchanged', uid])
  })

  it('is refused by name where it is of another kind, for another namespace, or has fields that nobody knows', async () => {
    const refused = (object: Record<string, unknown>, message: RegExp) =>
      assert.rejects(apply(object), { code: 'INVALID_REQUEST', message })
    await refused(
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } },
      /"Deployment" is not applied/,
    )
    await refused({ ...manifest('old'), apiVersion: 'batch/v1beta1' }, /"batch\/v1beta1" is not batch\/v1/)
    await refused(manifest('away', {}, {}, { namespace: 'elsewhere' }), /metadata\.namespace: is "elsewhere"/)
    await refused(manifest('typo', { schedul: '@daily' }), /^spec\.schedul: is no field that Kubernetes knows\.$/)
    await refused(manifest('typo', { schedule: 5 }), /^spec\.schedule: expected string/)
    await refused(manifest('Bad_Name'), /name/)
    assert.equal(await cluster.api.get(ref('typo')), undefined)
  })

  it('is refused for a CronJob that calls a function, and through a connection that is read-only', async () => {
    const metadata = { namespace: cluster.namespace, annotations: { 'hexabase.io/function-id': 'f1' } }
    await cluster.api.apply(manifest('calls', {}, {}, metadata))
    await assert.rejects(apply(manifest('calls')), { code: 'CONFLICT', message: /calls a function/ })
    const client = cluster.client()
    const connection = (await client.call('listConnections')).items.find(({ kind }) => kind === 'kubernetes')!
    const setReadOnly = (readOnly: boolean) =>
      client.call('updateConnection', { params: { id: connection.id }, body: { readOnly } })
    await setReadOnly(true)
    await assert.rejects(apply(manifest('whole')), { code: 'FORBIDDEN', message: /is read-only/ })
    await setReadOnly(false)
  })
})
