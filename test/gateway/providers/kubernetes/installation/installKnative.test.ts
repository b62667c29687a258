import assert from 'node:assert/strict'
import type { HksError } from '../../../../../src/contract/errors.ts'
import type { KnativeEvent } from '../../../../../src/contract/knative.ts'
import { installKnative } from '../../../../../src/gateway/providers/kubernetes/installation/installKnative.ts'
import { uninstallKnative } from '../../../../../src/gateway/providers/kubernetes/installation/uninstallKnative.ts'
import { wireClient } from '../support/wireClient.ts'
import { type ObjectServer, objectServer } from './support/objectServer.ts'
import { parts } from './support/parts.ts'

const never = new AbortController().signal
const system = '/api/v1/namespaces/knative-serving'
const network = `${system}/configmaps/config-network`

/** Runs an installation to its end, or the removal, and answers what was told. */
async function run(server: ObjectServer, work: typeof install, signal = never) {
  using client = await wireClient(server.url)
  const events: KnativeEvent[] = []
  await work(client, event => events.push(event), signal)
  return events
}
type Work = (
  client: Awaited<ReturnType<typeof wireClient>>,
  tell: (event: KnativeEvent) => void,
  signal: AbortSignal,
) => Promise<void>
const install: Work = (client, tell, signal) =>
  installKnative(client, parts, tell, signal, { refusal: 2000, start: 1000 })
const uninstall: Work = uninstallKnative
const actions = (events: readonly KnativeEvent[]) =>
  events.flatMap(event => (event.type === 'object' ? [`${event.action} ${event.kind} ${event.name}`] : []))

describe('the installation of Knative', () => {
  it('applies namespaces and types first, then all else in the order of the files, and marks it', async () => {
    await using server = await objectServer()
    const events = await run(server, install)
    assert.deepEqual(actions(events), [
      'created Namespace knative-serving',
      'created CustomResourceDefinition services.serving.knative.dev',
      'created ConfigMap config-network',
      'created Service built-in',
      'created ClusterRole knative-serving-admin',
      'created Deployment webhook',
      'created ValidatingWebhookConfiguration config.webhook',
    ])
    assert.deepEqual(
      events.filter(event => event.type === 'planned'),
      [{ type: 'planned', objects: 7 }],
    )
    for (const { metadata } of server.objects.values())
      assert.equal(metadata.labels?.['hexabase.io/installed-by'], 'hks-func', metadata.name)
    const applied = server.requests.filter(request => request.startsWith('PATCH'))
    assert.ok(applied.every(request => request.endsWith('?fieldManager=hks-func&force=true')))
  })

  it('changes nothing the second time, and only what differs after that', async () => {
    await using server = await objectServer()
    await run(server, install)
    const again = await run(server, install)
    assert.deepEqual([...new Set(actions(again).map(text => text.split(' ')[0]))], ['unchanged'])
    server.objects.get(network)!['data'] = { _example: 'edited' }
    const third = await run(server, install)
    assert.deepEqual(
      actions(third).filter(text => !text.startsWith('unchanged')),
      ['changed ConfigMap config-network'],
    )
  })

  it('leaves the rules of an aggregated ClusterRole to the cluster', async () => {
    await using server = await objectServer()
    await run(server, install)
    const role = server.objects.get('/apis/rbac.authorization.k8s.io/v1/clusterroles/knative-serving-admin')
    assert.ok(role && 'aggregationRule' in role && !('rules' in role))
  })

  it('comes again to what a webhook could not be asked about', async () => {
    await using server = await objectServer()
    server.onWrite = write =>
      write.includes('config-network') && !server.writes.includes('PATCH Deployment webhook')
        ? [500, 'Internal error occurred: failed calling webhook "config.webhook": no endpoints available']
        : undefined
    const events = await run(server, install)
    assert.equal(actions(events).at(-1), 'created ConfigMap config-network')
  })

  it('fails with the words of the API server when the webhook stays away, and says meanwhile what it waits for', async () => {
    await using server = await objectServer()
    server.onWrite = write =>
      write.includes('config-network') ? [500, 'failed calling webhook "config.webhook"'] : undefined
    const events: KnativeEvent[] = []
    using client = await wireClient(server.url)
    const installing = installKnative(client, parts, event => events.push(event), never, { refusal: 300 })
    await assert.rejects(installing, { code: 'CONNECTION_FAILED', message: /failed calling webhook/ })
    assert.ok(events.some(event => event.type === 'waiting' && /takes ConfigMap config-network/.test(event.message)))
  })

  it('takes any other fault of the API server for what it is', async () => {
    await using server = await objectServer()
    server.onWrite = write => (write.includes('Deployment') ? [500, 'etcdserver: no space'] : undefined)
    await assert.rejects(run(server, install), { code: 'CONNECTION_FAILED', message: /no space/ })
  })

  it('changes nothing where somebody else has installed a part, and names it', async () => {
    await using server = await objectServer()
    const metadata = { name: 'config-network', namespace: 'knative-serving' }
    server.add(network, { apiVersion: 'v1', kind: 'ConfigMap', metadata })
    await assert.rejects(run(server, install), {
      code: 'CONFLICT',
      message: 'Somebody else has installed these: ConfigMap config-network in knative-serving. Nothing was changed.',
    })
    assert.deepEqual(server.writes, [])
  })

  it('changes nothing where a right is missing, and names it', async () => {
    await using server = await objectServer()
    server.denied.add('patch clusterroles')
    await assert.rejects(run(server, install), {
      code: 'FORBIDDEN',
      message: 'You may not patch clusterroles.rbac.authorization.k8s.io.',
    })
    assert.deepEqual(server.writes, [])
  })

  it('refuses a kind that nobody defines', async () => {
    await using server = await objectServer()
    using client = await wireClient(server.url)
    const without = parts.filter(({ name }) => name !== '2-types.yaml')
    await assert.rejects(
      installKnative(client, without, () => undefined, never),
      { code: 'INVALID_REQUEST', message: /1-core\.yaml: the cluster knows no Service of serving\.knative\.dev\/v1/ },
    )
    assert.deepEqual(server.writes, [])
  })

  it('names the Deployment that does not run', async () => {
    await using server = await objectServer()
    server.startsDeployments = false
    await assert.rejects(run(server, install), (error: HksError) => {
      assert.deepEqual([error.code, error.details?.['missing']], ['KNATIVE_MISSING', ['webhook']])
      assert.match(error.message, /^Not running: webhook/)
      return true
    })
  })

  it('ends between two objects when it is told to', async () => {
    await using server = await objectServer()
    const stop = new AbortController()
    server.onWrite = write => {
      if (write.includes('CustomResourceDefinition')) queueMicrotask(() => stop.abort(new Error('enough')))
      return undefined
    }
    await assert.rejects(run(server, install, stop.signal), /enough/)
    assert.ok(server.writes.length < 3)
  })

  it('keeps the class of the ingress that the cluster has', async () => {
    await using server = await objectServer()
    await run(server, install)
    server.objects.get(network)!['data'] = { 'ingress-class': 'own.example.com' }
    await run(server, install)
    assert.equal((server.objects.get(network)!['data'] as Record<string, string>)['ingress-class'], 'own.example.com')
  })
})

describe('the removal of Knative', () => {
  it('deletes what was installed, webhooks first and namespaces last', async () => {
    await using server = await objectServer()
    await run(server, install)
    const events = await run(server, uninstall)
    assert.deepEqual(actions(events), [
      'deleted ValidatingWebhookConfiguration config.webhook',
      'deleted Service built-in',
      'deleted Deployment webhook',
      'deleted ConfigMap config-network',
      'deleted ClusterRole knative-serving-admin',
      'deleted CustomResourceDefinition services.serving.knative.dev',
      'deleted Namespace knative-serving',
    ])
    assert.equal(server.objects.size, 0)
  })

  it('leaves what others have made, also what has a copy of the label', async () => {
    await using server = await objectServer()
    server.add(system, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'knative-serving' } })
    const installed = await run(server, install)
    assert.ok(actions(installed).includes('kept Namespace knative-serving'))
    const copy = `${system}/services/copy`
    const labels = { 'hexabase.io/installed-by': 'hks-func' }
    server.add(copy, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'copy', namespace: 'knative-serving', labels },
    })
    await run(server, uninstall)
    assert.deepEqual([...server.objects.keys()].sort(), [system, copy].sort())
  })

  it('removes nothing while there are Knative Services, and names them', async () => {
    await using server = await objectServer()
    await run(server, install)
    const metadata = { name: 'greet', namespace: 'team-a' }
    const path = '/apis/serving.knative.dev/v1/namespaces/team-a/services/greet'
    server.add(path, { apiVersion: 'serving.knative.dev/v1', kind: 'Service', metadata })
    const before = server.objects.size
    await assert.rejects(run(server, uninstall), { code: 'CONFLICT', message: /still exist: team-a\/greet\. Nothing/ })
    assert.equal(server.objects.size, before)
  })

  it('removes nothing of what somebody else has installed, and says so', async () => {
    await using server = await objectServer()
    await run(server, install)
    for (const { metadata } of server.objects.values()) metadata.labels = {}
    const before = server.objects.size
    await assert.rejects(run(server, uninstall), { code: 'CONFLICT', message: /^Somebody else has installed Knative/ })
    assert.equal(server.objects.size, before)
  })

  it('removes nothing where nothing was installed', async () => {
    await using server = await objectServer()
    assert.deepEqual(actions(await run(server, uninstall)), [])
    assert.deepEqual(server.writes, [])
  })
})
