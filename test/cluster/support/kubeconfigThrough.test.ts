import assert from 'node:assert/strict'
import { createKubeApi } from '../../support/cluster/kubeApi.ts'
import { kubeconfigThrough, type ProxiedCluster } from '../../support/cluster/kubeconfigThrough.ts'
import { temporaryNamespace } from '../../support/cluster/temporaryNamespace.ts'
import { testCluster } from '../../support/cluster/testCluster.ts'

describe('a kubeconfig that leads through a proxy', function () {
  this.timeout(60_000)
  let through: ProxiedCluster

  beforeEach(async () => {
    through = await kubeconfigThrough((await testCluster()).kubeconfig)
  })
  afterEach(() => through[Symbol.asyncDispose]())

  it('reaches the same cluster with the same credentials', async () => {
    const direct = createKubeApi((await testCluster()).kubeconfig)
    const proxied = createKubeApi(through.kubeconfig)
    await using namespace = await temporaryNamespace(proxied)
    const ref = { apiVersion: 'v1', kind: 'Namespace', name: namespace.name }
    assert.equal((await direct.get(ref))?.metadata.uid, (await proxied.get(ref))?.metadata.uid)
    assert.ok(through.proxy.accepted() > 0)
  })

  it('fails as the network does, and recovers with it', async () => {
    const { kubeconfig, proxy } = through
    const version = (signal?: AbortSignal) =>
      createKubeApi(kubeconfig).request.text('GET', '/version', signal ? { signal } : {})
    proxy.refuse()
    await assert.rejects(version(), { code: 'ECONNREFUSED' })
    await proxy.heal()
    proxy.swallow()
    await assert.rejects(version(AbortSignal.timeout(500)), { name: 'AbortError' })
    await proxy.heal()
    proxy.cutAfter(100)
    await assert.rejects(version(), { code: 'ECONNRESET' })
    await proxy.heal()
    assert.match(await version(), /gitVersion/)
  })

  it('cuts a watch, which is an error and no end', async () => {
    const { request } = createKubeApi(through.kubeconfig)
    const { signal } = new AbortController()
    const watch = async () => {
      const seen: string[] = []
      for await (const line of request.lines('/api/v1/namespaces?watch=true', signal)) {
        if (seen.push(line) === 1) through.proxy.cut()
      }
    }
    await assert.rejects(watch())
  })
})
