import assert from 'node:assert/strict'
import { createKubeRequest } from '../../../scripts/cluster/kubeRequest.ts'
import { type ApiProxy, apiProxy } from '../../support/cluster/apiProxy.ts'
import { testCluster } from '../../support/cluster/testCluster.ts'

describe('a proxy before the API server', function () {
  this.timeout(30_000)
  let proxy: ApiProxy
  before(async () => {
    proxy = await apiProxy((await testCluster()).kubeconfig)
  })
  afterEach(() => proxy.heal())
  after(() => proxy[Symbol.asyncDispose]())

  it('passes requests on, and refuses those that it is told to', async () => {
    const { json } = createKubeRequest(proxy.kubeconfig)
    assert.match((await json<{ gitVersion: string }>('GET', '/version')).gitVersion, /^v1\./)
    proxy.refuse(401, ({ method, path }) => method === 'GET' && path.startsWith('/version'))
    await assert.rejects(json('GET', '/version'), { status: 401, reason: 'Unauthorized' })
    await json('GET', '/api/v1/namespaces?limit=1')
    assert.equal(proxy.refused(), 1)
    proxy.heal()
    await json('GET', '/version')
  })

  it('tells open watches that their version is gone, or cuts them', async () => {
    const { lines } = createKubeRequest(proxy.kubeconfig)
    const watch = async () => {
      const path = '/api/v1/namespaces?fieldSelector=metadata.name%3Ddefault&watch=true'
      const events = lines(path, AbortSignal.timeout(20_000))[Symbol.asyncIterator]()
      assert.match((await events.next()).value as string, /"ADDED"/)
      return events
    }
    const told = await watch()
    assert.equal(proxy.expireWatches(), 1)
    const { object } = JSON.parse((await told.next()).value as string) as { object: { code: number } }
    assert.equal(object.code, 410)
    assert.equal((await told.next()).done, true)

    const other = await watch()
    proxy.cut()
    await assert.rejects(other.next(), /aborted|hang up|ECONNRESET/)
  })
})
