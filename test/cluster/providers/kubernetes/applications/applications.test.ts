import assert from 'node:assert/strict'
import type { KubeCronJob } from '../../../../../src/gateway/providers/kubernetes/objects/batchV1.ts'
import { type ClusterGateway, openClusterGateway } from '../../../../support/cluster/clusterGateway.ts'
import { limitedUser } from '../../../../support/cluster/limitedUser.ts'
import { testCluster } from '../../../../support/cluster/testCluster.ts'

describe('applications of a cluster', function () {
  this.timeout(90_000)
  let cluster: ClusterGateway
  before(async () => {
    cluster = await openClusterGateway()
  })
  after(async () => {
    await cluster?.[Symbol.asyncDispose]()
  })

  const metadata = (name: string) => ({ name, namespace: cluster.namespace })
  const pod = () => ({
    terminationGracePeriodSeconds: 1,
    volumes: [
      { name: 'settings', configMap: { name: 'settings' } },
      { name: 'data', persistentVolumeClaim: { claimName: 'data' } },
    ],
    containers: [
      { name: 'proxy', image: cluster.image, command: ['true'] },
      {
        name: 'web',
        image: cluster.image,
        command: ['sh', '-c', 'echo "$LEVEL $COLOUR $SIZE $POD_NAMESPACE $(cat /settings/motd)"'],
        args: ['sh', 'serve'],
        ports: [{ containerPort: 8080 }],
        readinessProbe: { httpGet: { port: 8080 }, periodSeconds: 300 },
        resources: { requests: { cpu: '5m' }, limits: { memory: '64Mi' } },
        env: [
          { name: 'LEVEL', value: 'low' },
          { name: 'COLOUR', valueFrom: { configMapKeyRef: { name: 'settings', key: 'colour' } } },
          { name: 'POD_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
          { name: 'KEY', valueFrom: { secretKeyRef: { name: 'mail', key: 'key' } } },
        ],
        envFrom: [{ configMapRef: { name: 'more' } }],
        volumeMounts: [
          { name: 'settings', mountPath: '/settings' },
          { name: 'data', mountPath: '/data' },
        ],
      },
    ],
  })
  const template = () => ({
    metadata: { labels: { app: 'web' }, annotations: { 'kubectl.kubernetes.io/default-container': 'web' } },
    spec: pod(),
  })
  const list = () => cluster.client().call('listApplications', { query: { projectId: cluster.projectId, limit: 1000 } })

  before(async () => {
    const { api, image } = cluster
    const map = (name: string, data: object) =>
      api.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata(name), data })
    await map('settings', { colour: 'green', motd: 'hello' })
    await map('more', { SIZE: 'xl' })
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: metadata('mail'), stringData: { key: 'k' } }
    await api.create(secret)
    const spec = { replicas: 0, selector: { matchLabels: { app: 'web' } }, template: template() }
    await api.create({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: metadata('web'), spec })
    await api.create({
      ...{ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: metadata('store') },
      spec: {
        ...{ replicas: 0, selector: { matchLabels: { app: 'store' } }, serviceName: 'store' },
        template: {
          metadata: { labels: { app: 'store' } },
          spec: { containers: [{ name: 'store', image, volumeMounts: [{ name: 'rows', mountPath: '/rows' }] }] },
        },
        volumeClaimTemplates: [
          {
            metadata: { name: 'rows' },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } },
          },
        ],
      },
    })
    const shell = { name: 'main', image, command: ['sh', '-c', 'exit 0'] }
    await api.create({
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: metadata('lone') },
      spec: { restartPolicy: 'Never', containers: [shell] },
    })
    // One that something else controls, as it is of a Deployment's.
    const small = {
      metadata: { labels: { app: 'small' } },
      spec: { containers: [{ ...shell, command: ['sleep', '600'] }] },
    }
    const replicaSet = { replicas: 1, selector: { matchLabels: { app: 'small' } }, template: small }
    await api.create({ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: metadata('small'), spec: replicaSet })
    await api.untilList({ apiVersion: 'v1', kind: 'Pod', namespace: cluster.namespace }, pods => pods.length >= 2)
  })

  it('are what nothing else controls, each with its main container', async () => {
    const { items, refused } = await list()
    assert.deepEqual(
      items.map(({ kind, name, type }) => [kind, name, type]),
      [
        ['Deployment', 'web', 'stateless'],
        ['StatefulSet', 'store', 'stateless'],
        ['Pod', 'lone', 'stateless'],
      ],
    )
    assert.equal(refused, undefined)
    const [web, store, lone] = items
    assert.deepEqual(web?.notCopied, [
      { kind: 'volume', name: 'data' },
      { kind: 'container', name: 'proxy' },
    ])
    assert.deepEqual(store?.notCopied, [{ kind: 'volume', name: 'rows' }])
    assert.equal(lone?.notCopied, undefined)
    assert.deepEqual(
      [web?.image, web?.args, web?.environment, web?.secrets],
      [cluster.image, ['sh', 'serve'], { LEVEL: 'low' }, [{ name: 'KEY', from: 'mail/key' }]],
    )
  })

  it('give a CronJob their container, with all that it needs of its pod', async () => {
    const client = cluster.client()
    const [web] = (await list()).items
    const body = {
      ...{ projectId: cluster.projectId, name: 'copied', schedule: '0 3 1 1 *', backoffLimit: 0 },
      ...{ templateAppId: web!.id, environment: { LEVEL: 'high' } },
    }
    const { manifest } = await client.call('previewCronJob', { body })
    const job = await client.call('createCronJob', { body })
    const ref = { apiVersion: 'batch/v1', kind: 'CronJob', namespace: cluster.namespace, name: 'copied' }
    const { metadata: meta, spec } = (await cluster.api.get<KubeCronJob>(ref))!
    const shown = JSON.stringify((manifest as unknown as KubeCronJob).spec)
    const id = /"HKS_APPLICATION_ID","value":"([^"]+)"/.exec(shown)![1]!
    assert.deepEqual(JSON.parse(shown.replaceAll(id, job.id)), spec)
    assert.equal(meta.annotations?.['hexabase.io/template-app-id'], web!.id)
    const made = spec.jobTemplate.spec.template.spec as unknown as Record<string, Record<string, unknown>[]>
    const [container, ...others] = made['containers']!
    assert.deepEqual(others, [])
    assert.deepEqual(container!['resources'], { requests: { cpu: '5m' }, limits: { memory: '64Mi' } })
    assert.deepEqual([container!['ports'], container!['readinessProbe']], [undefined, undefined])
    assert.deepEqual(
      made['volumes']!.map(({ name }) => name),
      ['settings'],
    )
    const { id: execId } = await client.call('triggerCronJob', { params: { id: job.id }, body: {} })
    const run = await cluster.ended(job.id, execId)
    assert.equal(run.logs, `high green xl ${cluster.namespace} hello\n`, run.cause)
    const listed = (await list()).items.find(each => each.id === job.id)
    assert.deepEqual([listed?.kind, listed?.type], ['CronJob', 'cronjob'])
    // A copy of the copy has the variables that no form shows, too.
    const again = await client.call('createCronJob', {
      body: {
        projectId: cluster.projectId,
        name: 'again',
        schedule: '0 3 1 1 *',
        templateAppId: job.id,
        backoffLimit: 0,
      },
    })
    const second = await client.call('triggerCronJob', { params: { id: again.id }, body: {} })
    assert.match((await cluster.ended(again.id, second.id)).logs, /^high green xl /)
  })

  it('can run once with another image', async () => {
    const client = cluster.client()
    const body = {
      ...{ projectId: cluster.projectId, name: 'once', schedule: '0 3 1 1 *', backoffLimit: 0 },
      ...{ image: 'registry.invalid/none:1', command: ['sh', '-c', 'echo "$1"', 'sh'] },
    }
    const job = await client.call('createCronJob', { body })
    const changes = { image: cluster.image, args: ['other image'] }
    const { id } = await client.call('triggerCronJob', { params: { id: job.id }, body: changes })
    assert.equal((await cluster.ended(job.id, id)).logs, 'other image\n')
    assert.equal((await client.call('getCronJob', { params: { id: job.id } })).image, body.image)
  })

  it('are refused with what can be no image, by whatever way it comes', async () => {
    const client = cluster.client()
    const body = {
      projectId: cluster.projectId,
      name: 'upper',
      schedule: '@yearly',
      command: ['date'],
      image: 'UPPER X',
    }
    const refused = { code: 'INVALID_REQUEST', message: /^image: "UPPER X" / }
    await assert.rejects(client.call('previewCronJob', { body }), refused)
    await assert.rejects(client.call('createCronJob', { body }), refused)
    const { id } = await client.call('createCronJob', { body: { ...body, image: cluster.image } })
    await assert.rejects(client.call('updateCronJob', { params: { id }, body: { image: 'UPPER X' } }), refused)
    await assert.rejects(client.call('triggerCronJob', { params: { id }, body: { image: 'UPPER X' } }), refused)
    await client.call('deleteCronJob', { params: { id } })
  })

  it('are previewed as the cluster would take them: what its admission refuses is refused in its words', async () => {
    const client = cluster.client()
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: metadata('few') }
    const hard = { 'count/cronjobs.batch': '1', 'count/jobs.batch': '1' }
    await cluster.api.create({ ...quota, spec: { hard } })
    const ref = { apiVersion: 'v1', kind: 'ResourceQuota', namespace: cluster.namespace, name: 'few' }
    await cluster.api.until<{ status?: { used?: object } }>(ref, ({ status }) => status?.used !== undefined)
    try {
      const body = { projectId: cluster.projectId, name: 'odd', schedule: '@yearly', image: cluster.image }
      const refused = { code: 'FORBIDDEN', message: /^The cluster refuses to create .* exceeded quota: few/ }
      await assert.rejects(client.call('previewCronJob', { body }), refused)
      await assert.rejects(client.call('createCronJob', { body }), refused)
      const { items } = await client.call('listCronJobs', { query: { projectId: cluster.projectId } })
      const { id } = items.find(({ name }) => name === 'once')!
      await assert.rejects(client.call('triggerCronJob', { params: { id }, body: {} }), refused)
    } finally {
      await cluster.api.remove(ref)
    }
  })

  it('are made in the cluster and not here', async () => {
    const body = { projectId: cluster.projectId, name: 'named', command: ['true'] }
    await assert.rejects(cluster.client().call('createApplication', { body }), { code: 'INVALID_REQUEST' })
  })

  it('of kinds that the user may not list are said to be so', async () => {
    const { kubeconfig } = await testCluster()
    await using user = await limitedUser(kubeconfig, {
      namespace: cluster.namespace,
      rules: [
        { apiGroups: ['batch'], resources: ['cronjobs', 'jobs'], verbs: ['*'] },
        { apiGroups: [''], resources: ['pods', 'events'], verbs: ['get', 'list', 'watch'] },
      ],
      clusterRules: [{ apiGroups: [''], resources: ['namespaces'], verbs: ['get', 'list', 'watch'] }],
    })
    await using limited = await openClusterGateway(user.kubeconfig, {
      context: user.context,
      namespace: cluster.namespace,
    })
    const query = { projectId: limited.projectId, limit: 1000 }
    const { items, refused } = await limited.client().call('listApplications', { query })
    assert.deepEqual([...new Set(items.map(({ kind }) => kind))], ['Pod', 'CronJob'])
    assert.deepEqual(
      refused?.map(({ kind }) => kind),
      ['Deployment', 'StatefulSet'],
    )
    assert.match(refused[0]!.message, /list.*deployments/)
    const [web] = (await list()).items
    const body = { projectId: limited.projectId, name: 'unseen', schedule: '@yearly', templateAppId: web!.id }
    await assert.rejects(limited.client().call('createCronJob', { body }), {
      code: 'NOT_FOUND',
      hint: 'You may not see those of the kinds Deployment, StatefulSet.',
    })
  })
})
