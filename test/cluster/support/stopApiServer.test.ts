import assert from 'node:assert/strict'
import { createKubeRequest } from '../../../scripts/cluster/kubeRequest.ts'
import { eventually } from '../../support/eventually.ts'
import { stopApiServer } from '../../support/cluster/stopApiServer.ts'
import { testCluster } from '../../support/cluster/testCluster.ts'

describe('an API server that is stopped', function () {
  this.timeout(120_000)

  it('refuses connections, ends its watches, and works after its start', async function () {
    const { kubeconfig, control } = await testCluster()
    if (control === undefined) {
      this.test!.title += ' (skipped: control: HKS_TEST_CLUSTER_CONTROL names no command)'
      this.skip()
    }
    const { lines, text } = createKubeRequest(kubeconfig)
    const watch = lines('/api/v1/namespaces?watch=true', new AbortController().signal)[Symbol.asyncIterator]()
    await watch.next()
    const cut = assert.rejects(async () => {
      while (!(await watch.next()).done);
    })
    {
      await using server = await stopApiServer(control)
      await cut
      // A connection that was accepted in its last moment is reset.
      await eventually(() => assert.rejects(text('GET', '/version'), { code: 'ECONNREFUSED' }))
      await server.start()
    }
    assert.match(await text('GET', '/version'), /gitVersion/)
  })
})
