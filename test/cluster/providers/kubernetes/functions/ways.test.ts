import assert from 'node:assert/strict'
import { createSystemClock } from '../../../../../src/gateway/platform/systemClock.ts'
import type { KubeClient } from '../../../../../src/gateway/providers/kubernetes/client/kubeClient.ts'
import { createIngress, type Ingress } from '../../../../../src/gateway/providers/kubernetes/functions/calls/ingress.ts'
import { type ClusterFunctionsRig, openClusterFunctions } from '../../../../support/cluster/clusterFunctionsRig.ts'
import { type TestCluster, testCluster } from '../../../../support/cluster/testCluster.ts'
import { jsonOf } from '../../../../support/functionInputs.ts'
import { clusterClient } from '../support/clusterClient.ts'

const networking = 'networking.internal.knative.dev/v1alpha1'

interface IngressObject {
  readonly status: { readonly publicLoadBalancer: { readonly ingress: readonly { readonly domainInternal: string }[] } }
}

describe('the way to a function on a cluster', function () {
  this.timeout(180_000)
  const clock = createSystemClock()
  let cluster: TestCluster
  let client: KubeClient
  let rig: ClusterFunctionsRig
  let id: string
  let ownUrl: URL
  before(async () => {
    cluster = await testCluster()
    client = await clusterClient(cluster.kubeconfig)
    rig = await openClusterFunctions()
    const fn = await rig.deploy('export const handler = event => event * 2')
    id = fn.id
    ownUrl = new URL(fn.url)
  })
  after(async () => {
    await rig[Symbol.asyncDispose]()
    client[Symbol.dispose]()
    clock[Symbol.dispose]()
  })

  /** The same function through a gateway that goes this way. */
  const through = async (ingress: Ingress) => {
    const stack = new AsyncDisposableStack()
    stack.use(ingress)
    const other = stack.use(await rig.another({ ingress }))
    await other.functions.list(other.projectId)
    return { functions: other.functions, call: other.call, [Symbol.asyncDispose]: () => stack.disposeAsync() }
  }
  const nobodyAnswers = async () => false

  it('is the ingress that the connection names, with the Host header', async function () {
    if (cluster.ingress === undefined) this.skip()
    const { way, url, headers, message } = await rig.functions.access(id)
    assert.deepEqual([way, new URL(url).origin, headers], ['ingress', cluster.ingress, { Host: ownUrl.host }])
    assert.match(message, /the ingress that the connection names/)
    assert.equal(jsonOf(await rig.call(id, 21)), 42)
  })

  it('is direct where its address answers, with no header', async () => {
    const ingress = createIngress({ client, clock, configured: () => undefined, answers: async () => true })
    await using direct = await through(ingress)
    const { way, url, headers, message } = await direct.functions.access(id)
    assert.deepEqual([way, new URL(url).href, headers], ['direct', ownUrl.href, {}])
    assert.equal(message, `Directly: ${ownUrl.host} answers.`)
  })

  it('is looked for by a connection to the address', async function () {
    if (cluster.ingress === undefined) this.skip()
    await using ingress = createIngress({ client, clock, configured: () => undefined })
    const found = await ingress.wayTo({ namespace: rig.namespace, name: 'fn', url: cluster.ingress })
    assert.deepEqual([found.kind, found.origin], ['direct', cluster.ingress])
  })

  it('is a port-forward to the ingress with the Host header where its address does not answer', async () => {
    const ref = { apiVersion: networking, kind: 'Ingress', namespace: rig.namespace, name: ownUrl.host.split('.')[0]! }
    await ingressOfPods(ref)
    const ingress = createIngress({ client, clock, configured: () => undefined, answers: nobodyAnswers })
    await using forwarded = await through(ingress)
    const { way, url, headers, message } = await forwarded.functions.access(id)
    assert.deepEqual([way, new URL(url).hostname, headers], ['portForward', '127.0.0.1', { Host: ownUrl.host }])
    assert.match(message, /^Through a port-forward to the ingress, .*does not answer from here\.$/)
    assert.equal(jsonOf(await forwarded.call(id, 4)), 8)
    // The port is open as long as the gateway is.
    assert.equal((await forwarded.functions.access(id)).url, url)
  })

  it('is none, and said so, where the ingress has no pod', async () => {
    const name = 'nobody'
    const metadata = { name, namespace: rig.namespace }
    const spec = { selector: { app: name }, ports: [{ port: 80 }] }
    await rig.api.apply({ apiVersion: 'v1', kind: 'Service', metadata, spec })
    const ref = { apiVersion: networking, kind: 'Ingress', namespace: rig.namespace, name: ownUrl.host.split('.')[0]! }
    await pointAt(ref, name)
    const ingress = createIngress({ client, clock, configured: () => undefined, answers: nobodyAnswers })
    await using other = await through(ingress)
    await assert.rejects(other.functions.access(id), {
      code: 'FUNCTION_UNAVAILABLE',
      message: /port-forward to its ingress, .*\/nobody, fails \(No pod of the Service/,
    })
  })

  const pointAt = (ref: Parameters<typeof rig.api.patch>[0], service: string) => {
    const publicLoadBalancer = { ingress: [{ domainInternal: `${service}.${rig.namespace}.svc.cluster.local` }] }
    return rig.api.patch(ref, { status: { publicLoadBalancer } }, 'status')
  }

  /** Where the ingress of a test cluster runs in no pod, one leads to it. */
  const ingressOfPods = async (ref: Parameters<typeof rig.api.patch>[0]) => {
    const { status } = (await rig.api.get<IngressObject>(ref))!
    const [service, namespace] = status.publicLoadBalancer.ingress[0]!.domainInternal.split('.')
    const present = await rig.api.get<{ spec: { selector?: object } }>({
      ...{ apiVersion: 'v1', kind: 'Service', namespace: namespace!, name: service! },
    })
    if (present?.spec.selector !== undefined || cluster.ingress === undefined) return
    const { hostname, port } = new URL(cluster.ingress)
    const metadata = { name: 'relay', namespace: rig.namespace, labels: { app: 'relay' } }
    const program = `require('net').createServer(a => { const b = require('net').connect(${port}, '${hostname}'); a.pipe(b).pipe(a); a.on('error', () => b.destroy()); b.on('error', () => a.destroy()) }).listen(8080)`
    await rig.api.apply({
      ...{ apiVersion: 'v1', kind: 'Pod', metadata },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [
          {
            ...{ name: 'main', image: cluster.images.node, command: ['node', '-e', program] },
            ports: [{ containerPort: 8080 }],
            readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
          },
        ],
      },
    })
    const spec = { selector: { app: 'relay' }, ports: [{ port: 80, targetPort: 8080 }] }
    await rig.api.apply({ apiVersion: 'v1', kind: 'Service', metadata, spec })
    const pod = { apiVersion: 'v1', kind: 'Pod', namespace: rig.namespace, name: 'relay' }
    await rig.api.until<{ status: { conditions?: { type: string; status: string }[] } }>(pod, ({ status: now }) =>
      (now.conditions ?? []).some(({ type, status: is }) => type === 'Ready' && is === 'True'),
    )
    await pointAt(ref, 'relay')
  }
})
