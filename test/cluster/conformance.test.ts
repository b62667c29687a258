import { join } from 'node:path'
import type { ConnectionCreate } from '../../src/contract/connections.ts'
import { runConformance } from '../conformance/conformance.ts'
import { createKubeApi } from '../support/cluster/kubeApi.ts'
import { temporaryNamespace } from '../support/cluster/temporaryNamespace.ts'
import { testCluster } from '../support/cluster/testCluster.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { startTestGateway } from '../support/testGateway.ts'

runConformance({
  name: 'kubernetes',
  isTogether: true,
  skips: {},
  createProviderUnderTest: async () => {
    const { kubeconfig, context, images } = await testCluster()
    const stack = new AsyncDisposableStack()
    const folder = stack.use(temporaryFolder())
    const namespace = stack.use(await temporaryNamespace(createKubeApi(kubeconfig)))
    const gateway = await startTestGateway(join(folder.path, 'home'))
    stack.defer(() => gateway.stop())
    const body: ConnectionCreate = {
      kind: 'kubernetes',
      context,
      kubeconfig: [kubeconfig],
      namespaces: [],
      runtimeImages: { node: images.node },
    }
    const connection = await gateway.client.call('createConnection', { body })
    const project = await gateway.client.call('openProject', {
      body: { connectionId: connection.id, namespace: namespace.name },
    })
    return {
      client: gateway.client,
      projectId: project.id,
      image: images.shell,
      streams: 'merged',
      // As process 1 a command ignores signals that it does not handle.
      sleep: seconds => ['sh', '-c', `trap "exit 143" TERM; sleep ${seconds} & wait $!`],
      shell: script => ['sh', '-c', script],
      [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
    }
  },
})
