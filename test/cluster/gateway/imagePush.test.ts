import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { writeCanonicalTar } from '../../../src/base/canonicalTar.ts'
import type { HksError } from '../../../src/contract/errors.ts'
import type { KubeObject } from '../../../src/gateway/providers/kubernetes/client/kubeObject.ts'
import { type ClusterGateway, openClusterGateway } from '../../support/cluster/clusterGateway.ts'
import { tcpProxy } from '../../support/cluster/tcpProxy.ts'
import { testCluster } from '../../support/cluster/testCluster.ts'
import { eventually } from '../../support/eventually.ts'

/** More than a ConfigMap holds. */
const largeSource = () => {
  const data = randomBytes(1_200_000).toString('base64')
  const files = { 'index.mjs': `export const handler = () => ${data.length}\n// ${data}` }
  const entries = Object.entries(files).map(([path, text]) => ({ path, executable: false, data: Buffer.from(text) }))
  return gzipSync(writeCanonicalTar(entries)).toString('base64')
}

describe('a gateway with a registry', function () {
  this.timeout(300_000)
  let cluster: ClusterGateway
  let host: string
  let connectionId: string

  before(async function () {
    const { registry, images, ingress } = await testCluster()
    if (registry === undefined) {
      this.test!.title += ' (skipped: registry: HKS_TEST_REGISTRY names none)'
      this.skip()
    }
    host = registry
    cluster = await openClusterGateway()
    const { items } = await cluster.client().call('listConnections', { query: {} })
    connectionId = items.find(({ kind }) => kind === 'kubernetes')!.id
    const body = { runtimeImages: { node: images.node }, ...(ingress !== undefined && { ingress }) }
    await cluster.client().call('updateConnection', { params: { id: connectionId }, body })
  })
  after(() => cluster?.[Symbol.asyncDispose]())

  const pushTo = (registry: string | null) =>
    cluster.client().call('updateConnection', {
      params: { id: connectionId },
      body: { registry, insecureRegistries: [host], platform: null, registryCa: null },
    })
  const deploy = (waitSeconds: number) =>
    cluster.client().call('deployFunction', {
      params: { id: cluster.projectId },
      body: { name: 'large', runtime: 'node', source: largeSource(), waitSeconds },
    })
  const functions = async () =>
    (await cluster.client().call('listFunctions', { params: { id: cluster.projectId }, query: {} })).items
  /** What a function called `large` has in its namespace. */
  const leftBehind = async () => {
    const kinds = [
      ['serving.knative.dev/v1', 'Service'],
      ['v1', 'ConfigMap'],
      ['v1', 'Secret'],
    ] as const
    const found = await Promise.all(
      kinds.map(([apiVersion, kind]) =>
        cluster.api.list<KubeObject>({ apiVersion, kind, namespace: cluster.namespace }),
      ),
    )
    return found.flat().flatMap(({ metadata: { name } }) => (name.startsWith('large') ? name : []))
  }

  it('refuses what is no registry, and says which connection names none', async () => {
    const isOf = (code: string, field: string) => (error: HksError) => {
      assert.deepEqual([error.code, error.message.slice(0, field.length + 1)], [code, `${field}:`])
      return true
    }
    await assert.rejects(pushTo('https://registry.test/team'), isOf('INVALID_REQUEST', 'registry'))
    await pushTo(null)
    await assert.rejects(deploy(60), (error: HksError) => {
      assert.match(error.hint ?? '', /hks-func connection set \S+ --registry/)
      return isOf('UNSUPPORTED_PLATFORM', 'registry')(error)
    })
    assert.deepEqual(await leftBehind(), [])
  })

  it('leaves nothing when it is killed while it pushes, and the next one deploys', async () => {
    const { hostname, port } = new URL(`http://${host}`)
    await using proxy = await tcpProxy({ host: hostname, port: Number(port) })
    proxy.delay(50)
    await pushTo(`127.0.0.1:${proxy.port}/hks-test`)
    const { status } = await deploy(0)
    assert.equal(status, 'deploying')
    await eventually(async () => assert.ok(proxy.open() > 0), 60_000)
    assert.deepEqual(
      (await functions()).map(({ name, status: now, revision }) => [name, now, revision]),
      [['large', 'deploying', 0]],
    )
    await cluster.gateway().kill()
    assert.deepEqual(await leftBehind(), [])

    await cluster.startAgain()
    await pushTo(`${host}/hks-test`)
    // Its project is there when the cluster has answered.
    await eventually(async () => assert.deepEqual(await functions(), []), 30_000)
    const deployed = await deploy(240)
    assert.deepEqual([deployed.status, deployed.revision], ['ready', 1])
    const answer = await cluster.client().open('invokeFunction', { params: { id: deployed.id } })
    assert.equal(await answer.text(), '1600000')
    assert.deepEqual(await readdir(join(cluster.gateway().home, 'images')), [])
    await cluster.client().call('deleteFunction', { params: { id: deployed.id }, query: {} })
    assert.deepEqual(await leftBehind(), [])
  })
})
