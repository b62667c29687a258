import { createKeyedQueue } from '../../../../../base/queue.ts'
import { HksError } from '../../../../../contract/errors.ts'
import type { Clock } from '../../../../domain/clock.ts'
import { deployWords, explainFailure } from '../../../../domain/deployFailure.ts'
import type { DeploymentSteps } from '../../../../domain/deploymentSteps.ts'
import type { FunctionRecord, RevisionRecord, Source } from '../../../../domain/function.ts'
import type { Functions } from '../../../../domain/ports.ts'
import { mayHaveHappened } from '../../client/lostAnswer.ts'
import type { FunctionObjects } from '../objects/functionObjects.ts'
import type { FunctionSettings } from '../functionSettings.ts'
import { functionIdOf, revisionName, sourceName } from '../objects/functionNames.ts'
import { newRecord, type PendingRevisions } from '../pendingRevisions.ts'
import { prepareRevision } from '../content/prepareRevision.ts'
import { type Attempt, type AttemptSettlementOptions, createAttemptSettlement } from './settleAttempt.ts'
import { findOwnService, nextNumber, putRevision } from './putRevision.ts'
import { refuseSpec } from './refuseSpec.ts'
import type { RevisionContent } from '../objects/revisionContent.ts'
import type { ContentPlan, PlanContent } from '../content/revisionContents.ts'
import { createUnmadeFailure } from './unmadeRevision.ts'

/** Deployments of functions in one namespace. */
export interface FunctionDeployments {
  deploy: Functions['deploy']
  /** Ends all that are under way of a function; resolves to how many when nothing of them is left. */
  cancel(functionId: string): Promise<number>
  /** Whether this gateway deploys it. */
  isOwn(functionId: string): boolean
  /** Leaves those under way to the cluster and to whichever gateway comes next. */
  stop(): Promise<void>
}

/** What deploying needs. */
export interface FunctionDeploymentsOptions extends AttemptSettlementOptions {
  readonly objects: FunctionObjects
  readonly settings: () => FunctionSettings
  readonly planContent: PlanContent
  readonly pending: PendingRevisions
  readonly steps: DeploymentSteps
  readonly clock: Clock
  readonly newId: () => string
}

type BuildContent = (ContentPlan & { kind: 'built' })['build']

/** A timer takes no more; nobody waits that long for an answer. */
const longestWaitMs = 3_600_000

/** Gives Services new revisions and waits until they serve. */
export function createFunctionDeployments(options: FunctionDeploymentsOptions): FunctionDeployments {
  const { scope, view, objects, steps, log, pending, clock, newId, report } = options
  const turns = createKeyedQueue()
  const attempts = new Set<Attempt>()
  const failUnmade = createUnmadeFailure(options)
  const settle = createAttemptSettlement(options, attempts)

  const begin = async (
    spec: RevisionRecord['spec'],
    source: Source | undefined,
    isTransient: boolean,
  ): Promise<{ readonly attempt: Attempt; readonly settled: Promise<FunctionRecord> }> => {
    const planned = await options.planContent(spec, source)
    const existing = await findOwnService(objects, spec.name, scope.projectId)
    const underWay = [...attempts].map(({ revision }) => revision).filter(each => each.spec.name === spec.name)
    const revision: RevisionRecord = {
      id: newId(),
      functionId: (existing && functionIdOf(existing, scope.projectId)) ?? underWay[0]?.functionId ?? newId(),
      number: Math.max(nextNumber(existing), ...underWay.map(({ number }) => number + 1)),
      spec,
      sourceDigest: source?.digest ?? '',
      ...(isTransient && { transient: true }),
      status: 'deploying',
      createdAt: clock.now(),
    }
    const abort = new AbortController()
    const attempt: Attempt = {
      revision,
      created: !existing,
      isPut: false,
      abort,
      signal: AbortSignal.any([abort.signal, scope.signal, ...(scope.ending ? [scope.ending()] : [])]),
      told: steps.begin(scope.projectId, revision),
      settled: Promise.resolve(),
    }
    attempts.add(attempt)
    if (planned.kind === 'there') await put(attempt, source, planned.content)
    const settled = planned.kind === 'built' ? buildAndSettle(attempt, source, planned.build) : settle(attempt)
    attempt.settled = settled.catch(() => undefined)
    return { attempt, settled }
  }

  /** Makes what the revision needs, then the revision. */
  const put = async (attempt: Attempt, source: Source | undefined, content: RevisionContent): Promise<void> => {
    const { revision, told } = attempt
    const { functionId, spec } = revision
    try {
      attempt.signal.throwIfAborted()
      const existing = await findOwnService(objects, spec.name, scope.projectId)
      attempt.created = !existing
      const { annotations } = options.settings()
      const plan = { functionId, spec, revision, content, ...(annotations ? { annotations } : {}) }
      await prepareRevision(objects, { functionId, spec, revision, source, content }, clock.now())
      attempt.isPut = true
      await putRevision(objects, plan, existing, scope)
    } catch (error) {
      attempts.delete(attempt)
      const explained = explainFailure(error, deployWords(revision))
      told.failed(explained)
      // One that may be there is ended by whoever sees it.
      if (!mayHaveHappened(error)) await forgetSource(revision).catch(unlessAway)
      options.onLeftovers()
      throw explained
    }
  }
  /** It is swept away when the cluster is back. */
  const unlessAway = (error: unknown) => {
    if (!(error instanceof HksError) || error.code !== 'CONNECTION_FAILED') report(error)
  }
  const forgetSource = ({ id, spec, number }: RevisionRecord) =>
    objects.remove('configmaps', sourceName(revisionName(spec.name, number), id))

  /** Until its image is there the cluster knows nothing of the revision: what serves is not touched. */
  const buildAndSettle = async (
    attempt: Attempt,
    source: Source | undefined,
    build: BuildContent,
  ): Promise<FunctionRecord> => {
    const { revision, told } = attempt
    const { functionId, spec } = revision
    pending.add(revision)
    try {
      const line = (text: string) => log.system(functionId, text)
      const content = await build(attempt.signal, { progress: told.now, line }).catch(async (error: unknown) => {
        const explained = await failUnmade(revision, error)
        attempts.delete(attempt)
        told.failed(explained)
        throw explained
      })
      await turns.add(spec.name, () => put(attempt, source, content))
      return await settle(attempt)
    } finally {
      pending.remove(revision)
    }
  }
  return {
    deploy: async (projectId, spec, source, { answerBy, transient }) => {
      refuseSpec(spec)
      await view.ready()
      const { attempt, settled } = await turns.add(spec.name, () => begin(spec, source, transient === true))
      const { functionId } = attempt.revision
      // A source that does not parse is refused as a request: nothing is recorded, nothing replaced.
      const timeUp = Promise.withResolvers<undefined>()
      using _timer = clock.callAfter(Math.min(longestWaitMs, Math.max(0, answerBy - clock.now())), () =>
        timeUp.resolve(undefined),
      )
      const early = await Promise.race([
        settled.then(
          () => undefined,
          (error: unknown) => error,
        ),
        timeUp.promise,
      ])
      if (early instanceof HksError && early.code === 'INVALID_SOURCE') throw early
      settled.catch(() => undefined)
      const record = view.record(functionId) ?? newRecord(projectId, attempt.revision)
      return { function: record, created: attempt.created, settled }
    },
    cancel: async id => {
      const ended = [...attempts].filter(({ revision }) => revision.functionId === id)
      for (const { abort } of ended) abort.abort(new HksError('CANCELLED', 'The deployment was cancelled.'))
      await Promise.all(ended.map(({ settled }) => settled))
      return ended.length
    },
    isOwn: id => [...attempts].some(({ revision }) => revision.functionId === id),
    stop: async () => {
      for (const { abort, isPut } of attempts) abort.abort(new HksError('GATEWAY_DRAINING', drainingWords(isPut)))
      await Promise.all([...attempts].map(({ settled }) => settled))
    },
  }
}

const drainingWords = (isPut: boolean): string =>
  `The gateway stopped during the deployment${isPut ? ', which goes on' : '. Nothing was replaced'}.`
