import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { type KnativeStep, knativeEvents } from '../../../src/client/knativeEvents.ts'
import type { HksError } from '../../../src/contract/errors.ts'
import { createKubeApi, type KubeApi } from '../../support/cluster/kubeApi.ts'
import { limitedUser } from '../../support/cluster/limitedUser.ts'
import { type TestCluster, testCluster } from '../../support/cluster/testCluster.ts'
import { widgetType } from '../../support/cluster/widgetType.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { startTestGateway, type TestGateway } from '../../support/testGateway.ts'

const id = randomBytes(4).toString('hex')
const namespace = `hks-test-${id}`
const group = `${id}.hks.example.com`
const labels = '{hexabase.io/test: "true"}'

/** Parts of a kind that Knative has as well, with names of this run. */
const manifests = (image: string) => [
  {
    name: '1-rest.yaml',
    content: `
apiVersion: ${group}/v1
kind: Widget
metadata: {name: one, namespace: ${namespace}}
spec: {mode: 0644}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: ${namespace}-all}
aggregationRule: {clusterRoleSelectors: [{matchLabels: {part-of: ${namespace}}}]}
rules: []
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: ${namespace}-one, labels: {part-of: ${namespace}}}
rules: [{apiGroups: [${group}], resources: [widgets], verbs: [get]}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: sleeper, namespace: ${namespace}}
spec:
  selector: {matchLabels: {app: sleeper}}
  template:
    metadata: {labels: {app: sleeper}}
    spec:
      terminationGracePeriodSeconds: 300
      containers: [{name: sleeper, image: ${image}, command: [sh, -c, "trap 'sleep 5; exit' TERM; sleep 3600 & wait"]}]
---
apiVersion: v1
kind: Service
metadata: {name: sleeper, namespace: ${namespace}}
spec: {selector: {app: sleeper}, ports: [{port: 80}]}
---
apiVersion: batch/v1
kind: Job
metadata: {name: once, namespace: ${namespace}}
spec:
  template:
    spec: {restartPolicy: Never, containers: [{name: once, image: ${image}, command: ["true"]}]}
`,
  },
  {
    name: '2-types.yaml',
    content: `
apiVersion: v1
kind: Namespace
metadata: {name: ${namespace}, labels: ${labels}}
---
${widgetType(group)}`,
  },
]

describe('parts installed into a cluster that has Knative', function () {
  this.timeout(300_000)
  let cluster: TestCluster
  let api: KubeApi
  let folder: ReturnType<typeof temporaryFolder>
  let gateway: TestGateway
  let connectionId: string | undefined

  before(async function () {
    cluster = await testCluster()
    api = createKubeApi(cluster.kubeconfig)
    // A removal would remove that, too.
    const own = { labelSelector: 'hexabase.io/installed-by=hks-func' }
    if ((await api.list({ apiVersion: 'v1', kind: 'Namespace', ...own })).length > 0) {
      this.test!.parent!.title += ' (skipped: something is installed here by hks-func)'
      this.skip()
    }
    folder = temporaryFolder()
    gateway = await startTestGateway(join(folder.path, 'home'))
    connectionId = await connect(cluster.kubeconfig, cluster.context)
  })
  after(async () => {
    // What a test that failed has left.
    if (connectionId !== undefined) await steps().catch(unlessNothingLeft)
    await gateway?.stop()
    folder?.[Symbol.dispose]()
  })

  const connect = async (kubeconfig: string, context: string, name = 'lab') => {
    const { ingress, images } = cluster
    const body = { kind: 'kubernetes' as const, context, name, kubeconfig: [kubeconfig], namespaces: [] }
    const settings = { runtimeImages: { node: images.node }, ...(ingress === undefined ? {} : { ingress }) }
    return (await gateway.client.call('createConnection', { body: { ...body, ...settings } })).id
  }
  const steps = async (
    install?: { manifests?: ReturnType<typeof manifests> },
    connection = connectionId!,
    onStep: (step: KnativeStep) => Promise<void> | void = () => undefined,
  ) => {
    const found: KnativeStep[] = []
    const work = { connectionId: connection, ...(install ? { install } : {}) }
    for await (const step of knativeEvents(gateway.client, work, new AbortController().signal)) {
      found.push(step)
      await onStep(step)
    }
    return found
  }
  const install = (connection?: string) => steps({ manifests: manifests(cluster.images.shell) }, connection)
  const actions = (found: readonly KnativeStep[]) =>
    found.flatMap(step => (step.type === 'object' ? [`${step.action} ${step.kind}`] : []))
  const theNamespace = { apiVersion: 'v1', kind: 'Namespace', name: namespace }

  it('are refused to a user who may not, before anything is changed', async () => {
    await using user = await limitedUser(cluster.kubeconfig, {
      namespace: 'default',
      rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }],
    })
    const context = (await gateway.client.call('listKubeContexts', { query: { kubeconfig: user.kubeconfig } }))
      .items[0]!
    const limited = await connect(user.kubeconfig, context.name, 'limited')
    await assert.rejects(install(limited), (error: HksError) => {
      assert.equal(error.code, 'FORBIDDEN', error.message)
      assert.match(error.message, /may not (get|create|patch) \w+/)
      return true
    })
    assert.equal(await api.get(theNamespace), undefined)
    await gateway.client.call('removeConnection', { params: { id: limited } })
  })

  it('are there when the installation says so, tried with a function of which nothing stays', async () => {
    const found = await install()
    assert.deepEqual(actions(found), [
      ...[
        'Namespace',
        'CustomResourceDefinition',
        'Widget',
        'ClusterRole',
        'ClusterRole',
        'Deployment',
        'Service',
        'Job',
      ].map(kind => `created ${kind}`),
    ])
    const done = found.at(-1)!
    assert.ok(done.type === 'done' && done.verified && done.verified.callMilliseconds < 60_000)
    const widget = { apiVersion: `${group}/v1`, kind: 'Widget', namespace, name: 'one' }
    assert.equal((await api.get<{ spec: { mode: number } }>(widget))?.spec.mode, 0o644)
    const left = (await api.list({ apiVersion: 'v1', kind: 'Namespace' })).map(({ metadata }) => metadata.name)
    assert.deepEqual(
      left.filter(name => name.startsWith('hks-verify-')),
      [],
    )
  })

  it('are as they were the second time, though Kubernetes has filled in rules', async () => {
    const name = `${namespace}-all`
    const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', name }
    await api.until<{ rules?: unknown[] }>(role, ({ rules = [] }) => rules.length === 1)
    assert.deepEqual([...new Set(actions(await install()).map(text => text.split(' ')[0]))], ['unchanged'])
    await api.until<{ rules?: unknown[] }>(role, ({ rules = [] }) => rules.length === 1)
  })

  it('are gone when the removal says so, and nothing that others have made', async () => {
    const mirrored = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', namespace }
    assert.equal((await api.list(mirrored)).length, 1)
    const { objects } = await gateway.client.call('planKnativeRemoval', { params: { id: connectionId! } })
    let podsAtTheEnd = ['unknown']
    const found = await steps(undefined, connectionId, async step => {
      if (step.type === 'object' && step.kind === 'Namespace')
        podsAtTheEnd = (await api.list({ apiVersion: 'v1', kind: 'Pod', namespace })).map(
          ({ metadata }) => metadata.name,
        )
    })
    // A namespace is slow to end while pods with a long grace period still do.
    assert.deepEqual(podsAtTheEnd, [])
    assert.deepEqual(actions(found).toSorted(), [
      ...[
        'ClusterRole',
        'ClusterRole',
        'CustomResourceDefinition',
        'Deployment',
        'Job',
        'Namespace',
        'Service',
        'Widget',
      ].map(kind => `deleted ${kind}`),
    ])
    const named = ({ kind, name }: { kind: string; name: string }) => `${kind} ${name}`
    const deleted = found.flatMap(step => (step.type === 'object' ? [named(step)] : []))
    assert.deepEqual(objects.map(named).toSorted(), deleted.toSorted())
    assert.equal(await api.get(theNamespace), undefined)
    const services = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' }
    assert.ok(await api.get({ ...services, name: 'services.serving.knative.dev' }))
    assert.equal(await api.get({ ...services, name: `widgets.${group}` }), undefined)
  })

  it('are all that is ever removed: Knative, which somebody else has installed, is left alone', async () => {
    const refusal = { code: 'CONFLICT', message: /^Somebody else has installed Knative/ }
    await assert.rejects(gateway.client.call('planKnativeRemoval', { params: { id: connectionId! } }), refusal)
    await assert.rejects(steps(), refusal)
    // Nor is anything downloaded to be put in its place.
    await assert.rejects(steps({}), {
      code: 'CONFLICT',
      message: /^Somebody else has installed these: CustomResourceDefinition services\.serving\.knative\.dev\./,
    })
  })
})

function unlessNothingLeft(error: unknown): void {
  if (!/^Somebody else/.test((error as Error).message)) throw error
}
