import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import type { KnativeEvent } from '../../../src/contract/knative.ts'
import { finished, openWorkplace, untilWritten, type Workplace } from '../../cli/hksFunc.ts'
import { createKubeApi, type KubeApi } from '../../support/cluster/kubeApi.ts'
import type { KubeObject } from '../../support/cluster/kubeObject.ts'
import { temporaryNamespace } from '../../support/cluster/temporaryNamespace.ts'
import { type TestCluster, testCluster } from '../../support/cluster/testCluster.ts'

const folder = process.env['HKS_TEST_KNATIVE_MANIFESTS']
const system = 'knative-serving'

/** From a cluster without Knative to one with it and back, as a user does it. */
describe('hks-func cluster install', function () {
  this.timeout(600_000)
  let cluster: TestCluster
  let api: KubeApi
  let workplace: Workplace

  before(async function () {
    if (!folder) {
      this.test!.parent!.title += ' (skipped: manifests: HKS_TEST_KNATIVE_MANIFESTS names no folder)'
      this.skip()
      return
    }
    assert.ok(readdirSync(folder).length > 0, `${folder} is empty`)
    cluster = await testCluster()
    api = createKubeApi(cluster.kubeconfig)
    workplace = await openWorkplace()
    await workplace.json('connection', 'add', cluster.context, '--kubeconfig', cluster.kubeconfig, '--name', 'lab')
    await workplace.json(
      ...['connection', 'set', 'lab', '--node-image', cluster.images.node],
      ...(cluster.ingress === undefined ? [] : ['--ingress', cluster.ingress]),
    )
  })
  after(() => workplace?.close())

  const run = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await workplace.run(['--json', 'cluster', ...args])
    const events = stdout
      .split('\n')
      .filter(Boolean)
      .map(line => JSON.parse(line) as KnativeEvent)
    return { code, events, stderr, done: events.find(event => event.type === 'done') }
  }
  const install = () => run('install', 'lab', '--from', folder!)
  const definitions = () => api.list({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' })
  const knativeTypes = async () => (await definitions()).filter(({ metadata }) => /\.knative\.dev$/.test(metadata.name))

  it('says that Knative is missing, and what installs it', async () => {
    assert.deepEqual(await knativeTypes(), [])
    const { code, stderr } = await workplace.run(['cluster', 'check', 'lab'])
    assert.equal(code, 6)
    assert.match(stderr, /hks-func cluster install/)
  })

  it('refuses a read-only connection and a folder that is none', async () => {
    await workplace.json('connection', 'set', 'lab', '--read-only')
    assert.deepEqual(await install().then(({ code, events }) => [code, events]), [3, []])
    await workplace.json('connection', 'set', 'lab', '--no-read-only')
    assert.equal((await run('install', 'lab', '--from', `${folder}/none`)).code, 2)
    assert.deepEqual(await knativeTypes(), [])
  })

  it('ends on Ctrl-C between two objects and says how far it came', async () => {
    const child = workplace.start(['cluster', 'install', 'lab', '--from', folder!])
    const ending = finished(child)
    await untilWritten(child, 'stderr', /created CustomResourceDefinition/)
    child.kill('SIGINT')
    const { code, stderr } = await ending
    assert.equal(code, 130)
    assert.match(stderr, /Cancelled\. \d+ objects were applied, last CustomResourceDefinition/)
    const deployments = await api.list({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: system })
    assert.deepEqual(deployments, [])
  })

  it('goes on from there, waits until all runs and tries it with a function', async () => {
    const { code, stderr, done, events } = await install()
    assert.equal(code, 0, stderr)
    assert.ok(done && done.created > 0 && done.unchanged > 0, JSON.stringify(done))
    assert.ok(done.verified && done.verified.deployMilliseconds > 0)
    const words = events.map(event => (event.type === 'waiting' ? event.message : ''))
    assert.ok(words.some(text => /^Waiting for .*(controller|webhook)/.test(text)))
    const { items } = await workplace.json<{ items: { name: string; state: string }[] }>('cluster', 'check', 'lab')
    const states = items.map(({ name, state }) => `${name} ${state}`)
    for (const part of ['types', 'activator', 'autoscaler', 'controller', 'webhook', 'domain'])
      assert.ok(states.includes(`${part} ready`), states.join(', '))
  })

  it('leaves nothing of the function', async () => {
    const services = await api.list({ apiVersion: 'serving.knative.dev/v1', kind: 'Service' })
    const namespaces = await api.list({ apiVersion: 'v1', kind: 'Namespace' })
    assert.deepEqual(services, [])
    assert.deepEqual(
      namespaces.filter(({ metadata }) => metadata.name.startsWith('hks-verify-')),
      [],
    )
  })

  it('changes nothing the second time', async () => {
    const { code, stderr, done, events } = await install()
    assert.equal(code, 0, stderr)
    const changed = events.filter(event => event.type === 'object' && event.action !== 'unchanged')
    assert.deepEqual(changed, [])
    assert.ok(done && done.unchanged > 50)
  })

  it('keeps what a user has set in a ConfigMap, and sets back what the files say', async () => {
    const ref = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace: system, name })
    await api.patch(ref('config-autoscaler'), { data: { 'stable-window': '61s' } })
    await api.patch(ref('config-network'), { metadata: { labels: { 'app.kubernetes.io/name': 'other' } } })
    const { done, events } = await install()
    const changed = events.flatMap(event => (event.type === 'object' && event.action === 'changed' ? [event.name] : []))
    assert.deepEqual([done?.changed, changed], [1, ['config-network']])
    const kept = await api.get<KubeObject & { data: Record<string, string> }>(ref('config-autoscaler'))
    assert.equal(kept?.data['stable-window'], '61s')
  })

  it('is not undone while there are Knative Services, which it names', async () => {
    await using namespace = await temporaryNamespace(api)
    const service = { apiVersion: 'serving.knative.dev/v1', kind: 'Service', namespace: namespace.name, name: 'used' }
    await api.create({
      ...{ apiVersion: service.apiVersion, kind: service.kind },
      metadata: { name: service.name, namespace: service.namespace },
      spec: { template: { spec: { containers: [{ image: cluster.images.shell }] } } },
    })
    const { code, stderr } = await run('uninstall', 'lab', '--yes')
    assert.equal(code, 5)
    assert.match(stderr, new RegExp(`${namespace.name}/used`))
    assert.ok((await knativeTypes()).length > 0)
    await api.remove(service)
    await api.untilGone(service)
  })

  it('is undone whole, in the order turned around, and asks before', async () => {
    const unasked = await run('uninstall', 'lab')
    assert.equal(unasked.code, 2)
    assert.match(unasked.stderr, /--yes/)
    const { code, stderr, done, events } = await run('uninstall', 'lab', '--yes')
    assert.equal(code, 0, stderr)
    const kinds = events.flatMap(event => (event.type === 'object' ? [event.kind] : []))
    assert.equal(kinds.at(-1), 'Namespace')
    assert.ok(kinds.indexOf('Deployment') < kinds.indexOf('CustomResourceDefinition'))
    assert.ok(done && done.deleted > 50)
    assert.deepEqual(await knativeTypes(), [])
    assert.equal(await api.get({ apiVersion: 'v1', kind: 'Namespace', name: system }), undefined)
    for (const kind of ['ClusterRole', 'ClusterRoleBinding']) {
      const left = await api.list({ apiVersion: 'rbac.authorization.k8s.io/v1', kind })
      assert.deepEqual(
        left.filter(({ metadata }) => metadata.name.startsWith('knative-')),
        [],
      )
    }
  })

  it('finds nothing to undo after that', async () => {
    const { code, done } = await run('uninstall', 'lab', '--yes')
    assert.deepEqual([code, done?.deleted], [0, 0])
  })
})
