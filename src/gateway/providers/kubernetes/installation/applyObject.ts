import type { HksError } from '../../../../contract/errors.ts'
import type { ObjectAction } from '../../../../contract/knative.ts'
import { type KubeClient, patchTypes } from '../client/kubeClient.ts'
import type { Manifest } from './manifest.ts'
import { fieldManager, type LiveObject, marked } from './mark.ts'

/** The object as it is; nothing where there is none. */
export async function readObject(
  client: KubeClient,
  path: string,
  signal: AbortSignal,
): Promise<LiveObject | undefined> {
  try {
    return await client.request<LiveObject>('GET', path, { signal })
  } catch (error) {
    if ((error as HksError).code === 'NOT_FOUND') return undefined
    throw error
  }
}

/** Makes the object be as the manifest says (server-side apply), and says whether that changed anything. */
export async function applyObject(
  client: KubeClient,
  path: string,
  manifest: Manifest,
  signal: AbortSignal,
): Promise<ObjectAction> {
  const before = await readObject(client, path, signal)
  const after = await client.request<LiveObject>('PATCH', path, {
    query: { fieldManager, force: true },
    contentType: patchTypes.apply,
    body: marked(manifest),
    signal,
  })
  if (!before) return 'created'
  return contentOf(before) === contentOf(after) ? 'unchanged' : 'changed'
}

/** What somebody has written: not what the API server counts, and not how the object fares. */
function contentOf({ metadata, status: _fares, ...content }: LiveObject): string {
  const { labels, annotations, ownerReferences } = metadata
  return JSON.stringify({ ...content, metadata: { labels, annotations, ownerReferences } })
}

/** Whether the API server could not ask a webhook: that of Knative itself takes a while to come up. */
export const isWebhookAway = (error: unknown): boolean => {
  const { code, details, cause } = error as HksError
  return (
    code === 'CONNECTION_FAILED' &&
    details?.['reason'] === 'serverError' &&
    cause instanceof Error &&
    cause.message.includes('webhook')
  )
}
