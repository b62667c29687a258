import type { KubeRequest } from './kubeRequest.ts'

/** The label of each namespace that a test made. */
export const namespaceLabel = 'hexabase.io/test'

/** Older than any run of the tests: what has the label and is older was left by a run that was killed. */
const longestRunMs = 3 * 60 * 60 * 1000

interface Namespaces {
  readonly items: readonly { readonly metadata: { readonly name: string; readonly creationTimestamp: string } }[]
}

/** Asks for the deletion of the namespaces that killed runs of the tests left, and answers their names. */
export async function removeLeftovers(request: KubeRequest, now: number): Promise<string[]> {
  const path = '/api/v1/namespaces'
  const { items } = await request.json<Namespaces>('GET', `${path}?labelSelector=${namespaceLabel}%3Dtrue`)
  const old = items.filter(({ metadata }) => Date.parse(metadata.creationTimestamp) < now - longestRunMs)
  for (const { metadata } of old) await request.text('DELETE', `${path}/${metadata.name}`)
  return old.map(({ metadata }) => metadata.name)
}
