import { HksError } from '../../../../contract/errors.ts'
import type { KubeClient } from '../client/kubeClient.ts'
import type { KubeObject } from '../client/kubeObject.ts'
import { readObject } from './applyObject.ts'
import type { Condition } from '../objects/coreV1.ts'
import { lookEveryMs, pause } from './pacing.ts'

/** An API server takes a second or two to serve new types. */
const longestMs = 60_000

/** Waits until the API server serves the types of these custom resource definitions. @throws HksError KNATIVE_MISSING */
export async function untilEstablished(
  client: KubeClient,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const until = performance.now() + longestMs
  let open = paths
  for (;;) {
    const states = await Promise.all(open.map(async path => [path, await readObject(client, path, signal)] as const))
    open = states.filter(([, definition]) => !isEstablished(definition)).map(([path]) => path)
    if (open.length === 0) return
    if (performance.now() > until) {
      const names = open.map(path => decodeURIComponent(path.split('/').at(-1)!))
      throw new HksError('KNATIVE_MISSING', `The cluster does not serve these types: ${names.join(', ')}.`, {
        details: { missing: names },
        hint: 'kubectl describe customresourcedefinition says why.',
      })
    }
    await pause(lookEveryMs, signal)
  }
}

const isEstablished = (definition: KubeObject | undefined): boolean =>
  (definition as { status?: { conditions?: readonly Condition[] } } | undefined)?.status?.conditions?.some(
    ({ type, status }) => type === 'Established' && status === 'True',
  ) === true
