import { functionsConformance } from '../conformance/functionsConformance.ts'
import { openClusterFunctions } from '../support/cluster/clusterFunctionsRig.ts'

functionsConformance('a cluster', async () => {
  const rig = await openClusterFunctions()
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
    missing: { go: 'Go needs an image that is built first' },
    [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose](),
  }
})
