import { randomBytes } from 'node:crypto'
import { namespaceLabel } from '../../../scripts/cluster/removeLeftovers.ts'
import type { KubeApi } from './kubeApi.ts'

/** A namespace that is gone, with all in it, when the value goes out of scope (`await using`). */
export interface TemporaryNamespace extends AsyncDisposable {
  readonly name: string
}

/** Creates a namespace `hks-test-…` in which pods can be made at once. */
export async function temporaryNamespace(api: KubeApi): Promise<TemporaryNamespace> {
  const name = `hks-test-${randomBytes(4).toString('hex')}`
  await api.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { [namespaceLabel]: 'true' } } })
  // Without it the API server refuses pods.
  await api.until({ apiVersion: 'v1', kind: 'ServiceAccount', namespace: name, name: 'default' }, () => true)
  return { name, [Symbol.asyncDispose]: () => removeNamespace(api, name) }
}

/** Waits for the end, and kills pods: a namespace waits for the grace period of each, up to 300 s with Knative. */
async function removeNamespace(api: KubeApi, name: string): Promise<void> {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', name }
  const pods = { apiVersion: 'v1', kind: 'Pod', namespace: name }
  await api.remove(namespace)
  for (;;) {
    const left = await api.list(pods)
    if (left.length === 0) break
    await Promise.all(left.map(pod => api.remove({ ...pods, name: pod.metadata.name }, { gracePeriodSeconds: 0 })))
    const uids = new Set(left.map(pod => pod.metadata.uid))
    await api.untilList(pods, list => !list.some(pod => uids.has(pod.metadata.uid)), 120_000)
  }
  await api.untilGone(namespace, 120_000)
}
