import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { get } from 'node:http'
import { connect } from 'node:net'
import type { HksError } from '../../../../../src/contract/errors.ts'
import type { KubeClient } from '../../../../../src/gateway/providers/kubernetes/client/kubeClient.ts'
import { createPortForward } from '../../../../../src/gateway/providers/kubernetes/client/portForward.ts'
import { createKubeApi, type KubeApi } from '../../../../support/cluster/kubeApi.ts'
import { kubeconfigThrough } from '../../../../support/cluster/kubeconfigThrough.ts'
import { temporaryNamespace, type TemporaryNamespace } from '../../../../support/cluster/temporaryNamespace.ts'
import { type TestCluster, testCluster } from '../../../../support/cluster/testCluster.ts'
import { eventually } from '../../../../support/eventually.ts'
import { clusterClient } from '../support/clusterClient.ts'

/** Megabytes of the file that the pods serve. */
const megabytes = 8

describe('a port-forward to a Service', function () {
  this.timeout(120_000)
  let cluster: TestCluster
  let api: KubeApi
  let namespace: TemporaryNamespace
  let client: KubeClient

  before(async () => {
    cluster = await testCluster()
    api = createKubeApi(cluster.kubeconfig)
    namespace = await temporaryNamespace(api)
    client = await clusterClient(cluster.kubeconfig)
    await api.apply({
      ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: namespace.name } },
      spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'web' }] },
    })
    await startPod('first')
  })
  after(async () => {
    client[Symbol.dispose]()
    await namespace[Symbol.asyncDispose]()
  })

  /** Starts a pod that serves its own name and a large file, and waits until it is ready. */
  const startPod = async (name: string) => {
    const script = `mkdir /tmp/w; echo -n ${name} > /tmp/w/index.html; dd if=/dev/zero of=/tmp/w/large bs=1M count=${megabytes}; exec httpd -f -p 8080 -h /tmp/w`
    await api.apply({
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: namespace.name, labels: { app: 'web' } } },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [
          {
            ...{ name: 'main', image: cluster.images.shell, command: ['sh', '-c', script] },
            ports: [{ name: 'web', containerPort: 8080 }],
            readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
          },
        ],
      },
    })
    const pod = { apiVersion: 'v1', kind: 'Pod', namespace: namespace.name, name }
    await api.until<{ status: { conditions?: { type: string; status: string }[] } }>(pod, ({ status }) =>
      (status.conditions ?? []).some(({ type, status: is }) => type === 'Ready' && is === 'True'),
    )
  }
  const forward = (options: { port?: number | string; onError?: (error: HksError) => void } = {}) =>
    createPortForward({ client, namespace: namespace.name, service: 'web', ...options })

  it('serves a port of this machine, one connection to the pod for each of its own', async () => {
    await using web = forward({ port: 'http' })
    const port = await web.listen()
    assert.equal(await web.listen(), port)
    const bodies = await Promise.all(Array.from({ length: 5 }, () => fetch(`http://127.0.0.1:${port}/`)))
    assert.deepEqual(await Promise.all(bodies.map(body => body.text())), Array(5).fill('first'))
    const large = await fetch(`http://127.0.0.1:${port}/large`)
    const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
    assert.equal(digest(await large.bytes()), digest(new Uint8Array(megabytes * 2 ** 20)))
  })

  it('gives a connection to who sends a request of their own', async () => {
    await using web = forward()
    const stream = await web.connect()
    const request = get({ createConnection: () => stream, path: '/', headers: { Host: 'hello.test' } })
    const [response] = (await once(request, 'response')) as [AsyncIterable<Buffer>]
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk)
    assert.equal(Buffer.concat(chunks).toString(), 'first')
  })

  it('goes on with the pod that replaces the one it used', async () => {
    const errors: HksError[] = []
    await using web = forward({ onError: error => errors.push(error) })
    const port = await web.listen()
    await fetch(`http://127.0.0.1:${port}/`)
    await api.remove(
      { apiVersion: 'v1', kind: 'Pod', namespace: namespace.name, name: 'first' },
      { gracePeriodSeconds: 0 },
    )
    await eventually(async () => {
      await assert.rejects(fetch(`http://127.0.0.1:${port}/`))
      assert.match(errors.at(-1)!.message, /^No pod of the Service "web" in the namespace "[^"]+" is ready\.$/)
    })
    await startPod('second')
    const body = await eventually(async () => (await fetch(`http://127.0.0.1:${port}/`)).text())
    assert.equal(body, 'second')
  })

  it('tells a connection that is cut from one that the pod has ended', async () => {
    await using through = await kubeconfigThrough(cluster.kubeconfig)
    using proxied = await clusterClient(through.kubeconfig)
    await using web = createPortForward({ client: proxied, namespace: namespace.name, service: 'web' })
    const stream = await web.connect()
    const failed = once(stream, 'error')
    through.proxy.cut()
    const [error] = (await failed) as [HksError]
    assert.match(error.message, /^The connection to the pod "\w+" was cut\.$/)
    const again = await web.connect()
    again.write('GET / HTTP/1.0\r\n\r\n')
    const chunks: Buffer[] = []
    for await (const chunk of again) chunks.push(chunk as Buffer)
    assert.match(Buffer.concat(chunks).toString(), /^HTTP\/1\.[01] 200/)
  })

  it('ends all its connections with it', async () => {
    const web = forward()
    const port = await web.listen()
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    const stream = await web.connect()
    const closed = Promise.all([once(socket, 'close').catch(() => undefined), once(stream, 'close')])
    socket.on('error', () => undefined).resume()
    await web[Symbol.asyncDispose]()
    await closed
    await assert.rejects(fetch(`http://127.0.0.1:${port}/`))
  })

  it('says what it can not find', async () => {
    await using noPort = forward({ port: 81 })
    await assert.rejects(noPort.connect(), {
      code: 'INVALID_REQUEST',
      message: 'The Service "web" has no port 81; it has: 80 (http).',
    })
    await using noService = createPortForward({ client, namespace: namespace.name, service: 'nobody' })
    await assert.rejects(noService.connect(), {
      code: 'NOT_FOUND',
      message: `services "nobody" does not exist in the namespace "${namespace.name}".`,
    })
  })
})
