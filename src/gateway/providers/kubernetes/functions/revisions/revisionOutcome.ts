import { HksError } from '../../../../../contract/errors.ts'
import type { LoadFailure } from '../../../../domain/loadFailure.ts'
import { reasonWords } from '../objects/conditionWords.ts'
import type { ContainerState, KubePod } from '../../objects/coreV1.ts'
import { conditionOf, type KnativeRevision, type KnativeService } from '../objects/knativeObjects.ts'
import { runsOwnImage } from '../objects/revisionFacts.ts'
import { type Termination, terminationFailure } from './revisionFailure.ts'

/** What a deployment sees of the cluster. */
export interface RevisionSight {
  readonly service: KnativeService
  readonly revision: KnativeRevision | undefined
  /** Of the revision. */
  readonly pods: readonly KubePod[]
}

/** How a revision stands that is being deployed. */
export type RevisionOutcome =
  /** Nothing is decided; `waiting` says in words what for, where the cluster tells. */
  | { readonly kind: 'starting'; readonly waiting?: string }
  /** Its pod is ready, but calls go to another revision as long as the traffic is not changed. */
  | { readonly kind: 'ready' }
  /** It takes all calls. */
  | { readonly kind: 'serving' }
  /** Its program ended; `pod` has the lines that it printed. */
  | { readonly kind: 'ended'; readonly pod: KubePod; readonly terminated: Termination; readonly restarted: boolean }
  | { readonly kind: 'refused'; readonly reason: string }

/** Name of the container with the function. */
export const functionContainer = 'function'

/** Reasons for which a container waits that no time mends. */
const hopeless = new Set(['ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull', 'CreateContainerError'])
/** Reasons for which a container waits that are no news. */
const usual = new Set(['ContainerCreating', 'PodInitializing', 'CrashLoopBackOff'])
/** The kubelet's refusal of an image that would run as root, or whose user it can not tell from root. */
const wantsUser = /^container has runAsNonRoot and image /
/** Reasons of a revision that no time mends. */
const refusals = new Set(['ContainerMissing', 'ProgressDeadlineExceeded', 'FailedCreate'])

/** Looks whether a revision serves or can't. */
export function revisionOutcome({ service, revision, pods }: RevisionSight, name: string): RevisionOutcome {
  const broken = pods.map(containerTrouble).find(trouble => trouble !== undefined)
  if (broken && conditionOf(revision, 'Ready')?.status !== 'True') return broken
  const said = { isMasked: !revision || !runsOwnImage(revision) }
  const failed = revisionRefusal(service, revision, said)
  if (failed !== undefined) return { kind: 'refused', reason: failed }
  if (conditionOf(revision, 'Ready')?.status !== 'True') return startingOf({ service, revision, pods }, said)
  const isCurrent = (service.status?.observedGeneration ?? 0) >= (service.metadata.generation ?? 0)
  const takesAll = service.status?.traffic?.some(target => target.revisionName === name && target.percent === 100)
  const isRouted = conditionOf(service, 'RoutesReady')?.status === 'True'
  if (isCurrent && takesAll && isRouted) return { kind: 'serving' }
  return { kind: 'ready' }
}

function containerTrouble(pod: KubePod): RevisionOutcome | undefined {
  const status = pod.status?.containerStatuses?.find(({ name }) => name === functionContainer)
  if (!status) return undefined
  const ended = endOf(status.state) ?? endOf(status.lastState)
  if (ended && pod.metadata.deletionTimestamp === undefined) {
    return { kind: 'ended', pod, terminated: ended, restarted: endOf(status.state) === undefined }
  }
  const waiting = status.state?.waiting
  if (waiting?.reason === undefined) return undefined
  if (wantsUser.test(waiting.message ?? ''))
    return {
      kind: 'refused',
      reason:
        'The image runs as root, or as a user that it does not name by number; it needs one such as USER 65532 in its Dockerfile.',
    }
  const isHopeless =
    hopeless.has(waiting.reason) ||
    (waiting.reason === 'CreateContainerConfigError' && /not found|couldn't find key/.test(waiting.message ?? ''))
  return isHopeless ? { kind: 'refused', reason: reasonWords(waiting) } : undefined
}

const endOf = (state: ContainerState | undefined): Termination | undefined => state?.terminated

function revisionRefusal(
  service: KnativeService,
  revision: KnativeRevision | undefined,
  said: { readonly isMasked: boolean },
): string | undefined {
  for (const type of ['ContainerHealthy', 'ResourcesAvailable', 'Ready']) {
    const condition = conditionOf(revision, type)
    if (condition?.status === 'False' && refusals.has(condition.reason ?? '')) return reasonWords(condition, said)
  }
  const configured = conditionOf(service, 'ConfigurationsReady')
  const isCurrent = (service.status?.observedGeneration ?? 0) >= (service.metadata.generation ?? 0)
  if (!revision && isCurrent && configured?.status === 'False') return reasonWords(configured)
  return undefined
}

function startingOf({ service, revision, pods }: RevisionSight, said: { readonly isMasked: boolean }): RevisionOutcome {
  for (const [object, type] of [
    [revision, 'ResourcesAvailable'],
    [revision, 'ContainerHealthy'],
    [service, 'RoutesReady'],
  ] as const) {
    const condition = conditionOf(object, type)
    if (condition?.status === 'False') return { kind: 'starting', waiting: reasonWords(condition, said) }
  }
  for (const { status } of pods) {
    const waiting = status?.containerStatuses?.find(({ name }) => name === functionContainer)?.state?.waiting
    if (waiting?.reason !== undefined && !usual.has(waiting.reason))
      return { kind: 'starting', waiting: reasonWords(waiting) }
  }
  return { kind: 'starting' }
}

/** Why a revision can not serve, as the deployment's failure; `printed` are the last lines of its container. */
export function failureOf(
  outcome: Extract<RevisionOutcome, { kind: 'ended' | 'refused' }>,
  number: number,
  printed: readonly string[],
): LoadFailure | HksError {
  if (outcome.kind === 'ended') return terminationFailure(outcome.terminated, printed)
  return new HksError('DEPLOY_FAILED', `Revision ${number} can not serve: ${outcome.reason}`, {
    details: { message: outcome.reason, lines: printed },
  })
}
