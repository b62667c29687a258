import { join } from 'node:path'
import type { GatewayClient } from '../../../src/client/gatewayClient.ts'
import type { CronJobExecution } from '../../../src/contract/executions.ts'
import { temporaryFolder } from '../temporaryFolder.ts'
import { startTestGateway, type TestGateway } from '../testGateway.ts'
import { createKubeApi, type KubeApi } from './kubeApi.ts'
import { temporaryNamespace } from './temporaryNamespace.ts'
import { testCluster } from './testCluster.ts'

/** A gateway with a connection to the test cluster and a project that is a namespace of the test's own. */
export interface ClusterGateway extends AsyncDisposable {
  readonly api: KubeApi
  /** Has `sh`. */
  readonly image: string
  readonly namespace: string
  readonly projectId: string
  /** The gateway that runs now. */
  gateway(): TestGateway
  client(): GatewayClient
  /** Starts another gateway with the same data, after the present one was stopped or killed. */
  startAgain(): Promise<void>
  /** A second gateway, with data of its own, and the same namespace. */
  another(): Promise<ClusterGateway>
  /** Follows the log of a run to its end, and answers the run. */
  ended(id: string, execId: string): Promise<CronJobExecution>
}

/** Where another user works: a context of the kubeconfig, and a namespace, which is left as it is. */
interface OtherUser {
  readonly context?: string
  readonly namespace?: string
  /** Of the gateway's process. */
  readonly environment?: Readonly<Record<string, string>>
}

/** Opens one; `kubeconfig` may lead through a proxy or be another user's. */
export async function openClusterGateway(kubeconfig?: string, other: OtherUser = {}): Promise<ClusterGateway> {
  const cluster = await testCluster()
  const api = createKubeApi(cluster.kubeconfig)
  await using opening = new AsyncDisposableStack()
  const folder = opening.use(temporaryFolder())
  const namespace = other.namespace ?? opening.use(await temporaryNamespace(api)).name
  const home = join(folder.path, 'home')
  let gateway = await startTestGateway(home, other.environment)
  opening.defer(() => gateway.stop())
  const connection = await gateway.client.call('createConnection', {
    body: {
      kind: 'kubernetes',
      context: other.context ?? cluster.context,
      kubeconfig: [kubeconfig ?? cluster.kubeconfig],
      namespaces: [],
      runtimeImages: { node: cluster.images.node, python: cluster.images.python },
      ...(cluster.ingress === undefined ? {} : { ingress: cluster.ingress }),
    },
  })
  const body = { connectionId: connection.id, namespace }
  const project = await gateway.client.call('openProject', { body })
  const stack = opening.move()
  return {
    api,
    image: cluster.images.shell,
    namespace,
    projectId: project.id,
    gateway: () => gateway,
    client: () => gateway.client,
    startAgain: async () => {
      gateway = await startTestGateway(home, other.environment)
    },
    another: () => openClusterGateway(kubeconfig, { ...other, namespace }),
    ended: async (id, execId) => {
      const { client } = gateway
      const response = await client.open('getExecutionLogs', { params: { id, execId }, query: { follow: true } })
      await response.text()
      return client.call('getExecution', { params: { id, execId } })
    },
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  }
}
