import { HksError } from '../../../../contract/errors.ts'
import type { KnativeTeller } from '../../../domain/ports.ts'
import type { KubeClient } from '../client/kubeClient.ts'
import type { KubeObject } from '../client/kubeObject.ts'
import { readObject } from './applyObject.ts'
import type { Condition, KubePod } from '../objects/coreV1.ts'
import type { Manifest } from './manifest.ts'
import { lookEveryMs, pause } from './pacing.ts'

/** Images are pulled meanwhile. */
export const longestStartMs = 300_000
/** The default domain is the address of the ingress, which not every cluster gives. */
const longestJobMs = 60_000
/** What is waited for is said again after that. */
const sayAgainMs = 30_000

/** The part of a Deployment or a Job that is read. */
interface Workload extends KubeObject {
  readonly spec?: { readonly replicas?: number }
  readonly status?: {
    readonly observedGeneration?: number
    readonly updatedReplicas?: number
    readonly conditions?: readonly Condition[]
  }
}

interface Started {
  readonly manifest: Manifest
  readonly path: string
}

/**
 * Waits until all Deployments are available in their newest form, and says which are not yet and why; then for Jobs, of
 * which one that does not end is only said.
 * @throws HksError KNATIVE_MISSING for a Deployment that is not available in time
 */
export async function untilRunning(
  client: KubeClient,
  objects: readonly Started[],
  tell: KnativeTeller,
  signal: AbortSignal,
  longestMs = longestStartMs,
): Promise<void> {
  const kinds = (kind: string) => objects.filter(({ manifest }) => manifest.kind === kind)
  const late = await wait(kinds('Deployment'), isAvailable, longestMs)
  if (late.length > 0) throw notRunning(late)
  for (const { name, why } of await wait(kinds('Job'), isComplete, Math.min(longestMs, longestJobMs))) {
    tell({ type: 'warning', message: `The Job ${name} has not ended${why}. What it sets up may come later.` })
  }

  /** Those that are not as they should be when time is up. */
  async function wait(started: readonly Started[], isDone: (workload: Workload) => boolean, milliseconds: number) {
    const until = performance.now() + milliseconds
    let said = { text: '', at: 0 }
    for (;;) {
      const open: Waiting[] = []
      for (const each of started) {
        const workload = (await readObject(client, each.path, signal)) as Workload | undefined
        if (!workload || !isDone(workload)) open.push(await waitingOf(each))
      }
      if (open.length === 0 || performance.now() > until) return open
      const text = `Waiting for ${open.map(({ name, why }) => name + why).join(', ')}`
      if (text !== said.text || performance.now() - said.at > sayAgainMs) {
        said = { text, at: performance.now() }
        tell({ type: 'waiting', message: text })
      }
      await pause(lookEveryMs, signal)
    }
  }
  async function waitingOf({ manifest }: Started): Promise<Waiting> {
    const { name, namespace = 'default' } = manifest.metadata
    const { items } = await client.list<KubePod>(`/api/v1/namespaces/${namespace}/pods`, { signal })
    const reasons = items.filter(pod => belongsTo(pod, name)).flatMap(whyNot)
    return { name, why: reasons.length === 0 ? '' : ` (${[...new Set(reasons)].join('; ')})` }
  }
}

interface Waiting {
  readonly name: string
  /** In brackets, or empty. */
  readonly why: string
}

const isAvailable = ({ metadata, spec, status }: Workload): boolean =>
  status?.observedGeneration === metadata.generation &&
  (status?.updatedReplicas ?? 0) >= (spec?.replicas ?? 1) &&
  has(status?.conditions, 'Available')

const isComplete = ({ status }: Workload): boolean => has(status?.conditions, 'Complete')

const has = (conditions: readonly Condition[] | undefined, type: string): boolean =>
  conditions?.some(condition => condition.type === type && condition.status === 'True') === true

/** A pod of a Deployment is its ReplicaSet's, which is called as the Deployment with a hash behind it. */
const belongsTo = ({ metadata }: KubePod, name: string): boolean =>
  metadata.ownerReferences?.some(owner => owner.name === name || owner.name.replace(/-[a-z0-9]+$/, '') === name) ===
  true

function whyNot({ status }: KubePod): readonly string[] {
  const unscheduled = status?.conditions?.find(({ type, status: is }) => type === 'PodScheduled' && is === 'False')
  if (unscheduled) return [unscheduled.message ?? 'no node takes its pod']
  return (status?.containerStatuses ?? []).flatMap(({ state, restartCount }) => {
    const { reason, message } = state?.waiting ?? {}
    // These two are how every container begins.
    if (reason === undefined || reason === 'ContainerCreating' || reason === 'PodInitializing')
      return restartCount > 0 ? [`restarted ${restartCount} times`] : []
    return [message === undefined ? reason : `${reason}: ${message}`]
  })
}

function notRunning(late: readonly Waiting[]): HksError {
  const missing = late.map(({ name }) => name)
  return new HksError('KNATIVE_MISSING', `Not running: ${late.map(({ name, why }) => name + why).join(', ')}.`, {
    details: { missing },
    hint: 'What was applied stays. Mend the cause and install again, or uninstall.',
  })
}
