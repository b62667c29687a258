import { HksError } from '../../../../contract/errors.ts'
import type { KnativeTeller } from '../../../domain/ports.ts'
import type { KubeClient } from '../client/kubeClient.ts'
import type { KubeObject } from '../client/kubeObject.ts'
import type { Condition } from '../objects/coreV1.ts'
import { readObject } from './applyObject.ts'
import type { OwnObject } from './ownObjects.ts'
import { lookEveryMs, pause } from './pacing.ts'
import { planRemoval } from './planRemoval.ts'

/** Controllers get time to end what they serve. */
const longestMs = 600_000

/**
 * The order of removal, which is that of the installation turned around: webhooks, so that they keep nobody from the rest;
 * custom resources while their controllers run; what runs; all else; types; namespaces.
 */
const stages: readonly ((object: OwnObject) => boolean)[] = [
  ({ group }) => group === 'admissionregistration.k8s.io',
  ({ group }) => group.endsWith('.knative.dev'),
  ({ group }) => ['apps', 'batch', 'autoscaling', 'policy'].includes(group),
  ({ kind }) => kind !== 'CustomResourceDefinition' && kind !== 'Namespace',
  ({ kind }) => kind === 'CustomResourceDefinition',
  () => true,
]

/**
 * Removes what an installation has made and waits until it is gone; what others have made stays.
 * @throws HksError as `planRemoval` does; CONFLICT when something does not go; `signal.reason`
 */
export async function uninstallKnative(client: KubeClient, tell: KnativeTeller, signal: AbortSignal): Promise<void> {
  tell({ type: 'waiting', message: 'Looking for what was installed' })
  let open = await planRemoval(client, tell, signal)
  tell({ type: 'planned', objects: open.length })
  for (const isOfStage of stages) {
    const stage = open.filter(isOfStage)
    open = open.filter(each => !isOfStage(each))
    for (const each of stage) await remove(each)
    await untilGone(stage)
  }

  async function remove({ kind, group, name, namespace, path, uid }: OwnObject): Promise<void> {
    signal.throwIfAborted()
    // A new object of that name is somebody else's.
    const body = { propagationPolicy: hasPods(group) ? 'Foreground' : 'Background', preconditions: { uid } }
    await client.request('DELETE', path, { body, signal }).catch(unlessGone)
    tell({ type: 'object', action: 'deleted', kind, name, ...(namespace === undefined ? {} : { namespace }) })
  }
  async function untilGone(objects: readonly OwnObject[]): Promise<void> {
    const until = performance.now() + longestMs
    let said = ''
    for (let waiting = objects; ; ) {
      const states = await Promise.all(
        waiting.map(async each => ({ each, live: await readObject(client, each.path, signal) })),
      )
      const still = states.filter(({ each, live }) => live?.metadata.uid === each.uid)
      if (still.length === 0) return
      waiting = still.map(({ each }) => each)
      const text = still.map(({ each, live }) => `${each.kind} ${each.name}${whyStill(live)}`).join(', ')
      if (performance.now() > until) throw doesNotGo(text)
      if (text !== said) tell({ type: 'waiting', message: `Waiting for the end of ${text}` })
      said = text
      await pause(lookEveryMs, signal)
    }
  }
}

/**
 * Whether it is gone only when its pods are. A namespace in which pods still end waits for half of their grace period before it is
 * looked at again (Kubernetes' namespace controller), which for those of Knative is five minutes though they need less than one.
 */
const hasPods = (group: string): boolean => group === 'apps' || group === 'batch'

/** It went by itself, or another one has its name. */
function unlessGone(error: unknown): void {
  if (!['NOT_FOUND', 'CONFLICT'].includes((error as HksError).code)) throw error
}

/** What holds a namespace, in the words of its controller. */
function whyStill(live: KubeObject | undefined): string {
  const { conditions = [] } = (live as { status?: { conditions?: readonly Condition[] } } | undefined)?.status ?? {}
  const holding = conditions.filter(({ type, status }) => status === 'True' && /Remaining$|Failure$/.test(type))
  return holding.length === 0 ? '' : ` (${holding.map(({ message }) => message).join(' ')})`
}

const doesNotGo = (what: string): HksError =>
  new HksError('CONFLICT', `Not gone after ${longestMs / 60_000} minutes: ${what}.`, {
    hint: 'Its finalizers wait for somebody. Find out for whom, then uninstall again.',
  })
