import { type KubeApi, createKubeApi } from '../../test/support/cluster/kubeApi.ts'
import { type TemporaryNamespace, temporaryNamespace } from '../../test/support/cluster/temporaryNamespace.ts'
import { type TestCluster, testCluster } from '../../test/support/cluster/testCluster.ts'
import { type BuiltGateway, openBuiltGateway } from '../builtGateway.ts'

/** A namespace of the test cluster that is made for a measurement and goes with it. */
export interface BenchNamespace extends AsyncDisposable {
  readonly cluster: TestCluster
  readonly api: KubeApi
  readonly name: string
}

/** Makes one. @throws Error where there is no cluster that tests may use */
export async function openNamespace(): Promise<BenchNamespace> {
  const cluster = await testCluster()
  const api = createKubeApi(cluster.kubeconfig)
  const namespace: TemporaryNamespace = await temporaryNamespace(api)
  return { cluster, api, name: namespace.name, [Symbol.asyncDispose]: () => namespace[Symbol.asyncDispose]() }
}

/** A gateway with the namespace as its project. */
export interface ClusterBench extends AsyncDisposable {
  readonly gateway: BuiltGateway
  readonly projectId: string
}

/** Starts a gateway that is connected to the cluster; `kubeconfig` may lead through a proxy. */
export async function connectGateway(
  { cluster, name }: BenchNamespace,
  kubeconfig = cluster.kubeconfig,
): Promise<ClusterBench> {
  await using opening = new AsyncDisposableStack()
  const gateway = opening.use(await openBuiltGateway())
  const { client } = gateway.now()
  const { node, python } = cluster.images
  const connection = await client.call('createConnection', {
    body: {
      kind: 'kubernetes',
      // A proxy's kubeconfig has its only context under a name of its own.
      context: kubeconfig === cluster.kubeconfig ? cluster.context : 'bench',
      kubeconfig: [kubeconfig],
      namespaces: [],
      runtimeImages: { node, python },
      ...(cluster.ingress === undefined ? {} : { ingress: cluster.ingress }),
    },
  })
  const { id: projectId } = await client.call('openProject', {
    body: { connectionId: connection.id, namespace: name },
  })
  const stack = opening.move()
  return { gateway, projectId, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}
