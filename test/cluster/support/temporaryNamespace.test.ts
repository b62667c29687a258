import assert from 'node:assert/strict'
import type { V1Pod } from '@kubernetes/client-node'
import { createKubeApi } from '../../support/cluster/kubeApi.ts'
import { temporaryNamespace } from '../../support/cluster/temporaryNamespace.ts'
import { testCluster } from '../../support/cluster/testCluster.ts'

describe('a temporary namespace', function () {
  this.timeout(90_000)

  it('runs a pod at once, and is gone with it, though the pod does not want to end', async () => {
    const cluster = await testCluster()
    const api = createKubeApi(cluster.kubeconfig)
    let name: string
    {
      await using namespace = await temporaryNamespace(api)
      name = namespace.name
      const pod = { apiVersion: 'v1', kind: 'Pod', name: 'stubborn', namespace: name }
      const command = ['sh', '-c', "trap '' TERM; while :; do sleep 1; done"]
      await api.apply({
        ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'stubborn', namespace: name } },
        spec: {
          terminationGracePeriodSeconds: 300,
          containers: [{ name: 'main', image: cluster.images.shell, command }],
        },
      })
      await api.until<V1Pod>(pod, ({ status }) => status?.phase === 'Running')
    }
    assert.equal(await api.get({ apiVersion: 'v1', kind: 'Namespace', name }), undefined)
  })
})
