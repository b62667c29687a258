import { functionsConformance } from '../conformance/functionsConformance.ts'
import { openClusterFunctions } from '../support/cluster/clusterFunctionsRig.ts'
import { type ClusterImages, openClusterImages } from '../support/cluster/clusterImages.ts'
import { testCluster } from '../support/cluster/testCluster.ts'
import { findGo } from '../support/goRuntime.ts'

functionsConformance('a cluster', async () => {
  const lack = await lackOfGo()
  await using opening = new AsyncDisposableStack()
  const builds: ClusterImages | undefined = lack === undefined ? opening.use(await openClusterImages()) : undefined
  const rig = opening.use(await openClusterFunctions(builds && { images: builds.images, settings: builds.settings }))
  const stack = opening.move()
  return {
    functions: rig.functions,
    projectId: rig.projectId,
    log: rig.quietLog,
    writeSecret: (name, data) =>
      rig.api.apply({
        ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: rig.namespace } },
        stringData: data,
      }),
    // The container runtime reads the two pipes of a container apart.
    hasStreamsApart: true,
    addedHeaders: [
      ...['host', 'forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'accept-encoding'],
      // Of Knative's activator, and of Envoy as its ingress.
      ...['k-proxy-request', 'x-request-id', 'x-envoy-internal', 'x-envoy-expected-rq-timeout-ms'],
    ],
    missing: lack === undefined ? {} : { go: lack },
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  }
})

/** A function in Go is built here and pushed. */
async function lackOfGo(): Promise<string | undefined> {
  const { registry } = await testCluster()
  if (registry === undefined) return 'registry: HKS_TEST_REGISTRY names none'
  const { missing } = findGo()
  return missing === undefined ? undefined : `go: ${missing}`
}
