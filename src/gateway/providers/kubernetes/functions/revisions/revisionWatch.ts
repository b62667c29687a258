import { HksError } from '../../../../../contract/errors.ts'
import type { NewLogLine } from '../../../../domain/log.ts'
import type { FunctionsView } from '../functionsView.ts'
import type { ImageMasks } from '../logs/imageMasks.ts'
import type { FunctionSight } from '../functionRecord.ts'
import { millisecondsOf } from '../../cronJobs/fromKube.ts'
import { labels, revisionName } from '../objects/functionNames.ts'
import { failureOf, type RevisionOutcome, revisionOutcome } from './revisionOutcome.ts'
import { followsLatest, readState } from '../objects/serviceState.ts'
import type { RevisionSettlement } from './settleRevision.ts'

/** A revision that starts. */
export interface StartingRevision {
  readonly functionId: string
  /** Of the Service. */
  readonly name: string
  readonly number: number
  readonly signal: AbortSignal
  /** Told what it waits for, as a sentence, when that changes; nothing when it goes on. */
  readonly onWaiting?: (sentence: string | undefined) => void
}

/** Waits until a revision takes the calls. @throws LoadFailure, HksError DEPLOY_FAILED, CANCELLED; `signal.reason` */
export type RevisionWatch = (revision: StartingRevision) => Promise<void>

/** What {@link createRevisionWatch} needs. */
export interface RevisionWatchOptions {
  readonly view: FunctionsView
  readonly settlement: RevisionSettlement
  /** The last lines of a container, or of the one before it. */
  readonly lastLines: (pod: string, previous: boolean) => Promise<readonly NewLogLine[]>
  readonly masks: ImageMasks
  /** Told once of each thing that a revision waits for, as a sentence. */
  readonly onWaiting: (functionId: string, sentence: string) => void
}

type Decided =
  | Exclude<RevisionOutcome, { kind: 'starting' }>
  | { readonly kind: 'gone' | 'superseded' }
  /** Another gateway has taken it back, and noted why. */
  | { readonly kind: 'failed'; readonly reason: string }

/** Waits for revisions. */
export function createRevisionWatch(options: RevisionWatchOptions): RevisionWatch {
  const { view, settlement, lastLines, masks, onWaiting } = options
  return async ({ functionId, name, number, signal, onWaiting: tell }) => {
    let isSeen = false
    let told: string | undefined
    let waiting: string | undefined
    const decide =
      (wanted: 'ready' | 'serving') =>
      (sight: FunctionSight | undefined): Decided | undefined => {
        // A new Service takes a moment to be seen.
        if (!sight) return isSeen ? { kind: 'gone' } : undefined
        const revision = revisionName(name, number)
        const state = readState(sight.service)
        if (state.lastRevision < number) return undefined
        isSeen = true
        // Nothing goes on with it any more, however long a finalizer keeps it.
        if (sight.service.metadata.deletionTimestamp !== undefined) return { kind: 'gone' }
        const failed = state.failed.find(each => each.number === number)
        if (failed) return { kind: 'failed', reason: failed.reason }
        const outcome = revisionOutcome(sightOf(sight, revision), revision)
        if (outcome.kind === 'starting') {
          if (outcome.waiting !== waiting) tell?.(outcome.waiting)
          waiting = outcome.waiting
          if (waiting !== undefined && waiting !== told) {
            told = waiting
            onWaiting(functionId, `Revision ${number} waits. ${told}`)
          }
        } else if (outcome.kind !== 'ready' || wanted === 'ready') return outcome
        if (state.deployment?.revision !== number) return { kind: 'superseded' }
        return undefined
      }
    const first = await view.until(
      functionId,
      sight => decide(sight && followsLatest(sight.service.spec.traffic) ? 'serving' : 'ready')(sight),
      signal,
    )
    if (first.kind === 'ready') await settlement.leadToLatest(name)
    const outcome = first.kind === 'ready' ? await view.until(functionId, decide('serving'), signal) : first
    switch (outcome.kind) {
      case 'serving':
      case 'ready':
        return
      case 'gone':
        throw new HksError('CANCELLED', 'The function was deleted while it was deployed.')
      case 'failed':
        throw new HksError('DEPLOY_FAILED', outcome.reason)
      case 'superseded':
        throw new HksError('CANCELLED', `Revision ${number} was taken back, or a newer one took its place.`)
      case 'ended': {
        const { pod, restarted, terminated } = outcome
        const printed = await lastLines(pod.metadata.name, restarted)
        const { message = '' } = terminated
        const hide = (await masks.of(functionId, pod, millisecondsOf(terminated.startedAt) ?? Infinity, signal)) ?? asIs
        throw failureOf(
          { ...outcome, terminated: { ...terminated, message: hide(message) } },
          number,
          printed.filter(({ stream }) => stream !== 'system').map(({ text }) => hide(text)),
        )
      }
      case 'refused':
        throw failureOf(outcome, number, [])
    }
  }
}

const asIs = (text: string): string => text

const sightOf = ({ service, revisions, pods }: FunctionSight, name: string) => ({
  service,
  revision: revisions.find(({ metadata }) => metadata.name === name),
  pods: pods.filter(({ metadata }) => metadata.labels?.[labels.revision] === name),
})
