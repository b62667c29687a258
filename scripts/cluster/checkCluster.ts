import type { KubeRequest } from './kubeRequest.ts'

/** What a cluster says of itself. */
export interface ClusterFacts {
  /** Such as `v1.34.4`. */
  readonly version: string
  readonly hasKnative: boolean
}

/** Asks the cluster who it is; an error when it does not answer, or lets us create no namespaces. */
export async function checkCluster(request: KubeRequest): Promise<ClusterFacts> {
  const signal = AbortSignal.timeout(15_000)
  const { gitVersion } = await request.json<{ gitVersion: string }>('GET', '/version', { signal })
  const { status } = await request.json<{ status: { allowed: boolean } }>('POST', reviews, { body: review, signal })
  if (!status.allowed) throw new Error('This user may not create namespaces, which every cluster test does.')
  const { groups } = await request.json<{ groups: { name: string }[] }>('GET', '/apis', { signal })
  return { version: gitVersion, hasKnative: groups.some(({ name }) => name === 'serving.knative.dev') }
}

const reviews = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'

const review = {
  apiVersion: 'authorization.k8s.io/v1',
  kind: 'SelfSubjectAccessReview',
  spec: { resourceAttributes: { verb: 'create', resource: 'namespaces' } },
}
