import { createKeyedQueue } from '../../../../base/queue.ts'
import { HksError } from '../../../../contract/errors.ts'
import type { Clock } from '../../../domain/clock.ts'
import { deployWords, explainFailure } from '../../../domain/deployFailure.ts'
import type { DeploymentSteps, StepTeller } from '../../../domain/deploymentSteps.ts'
import type { FunctionRecord, RevisionRecord, Source } from '../../../domain/function.ts'
import type { FunctionLog } from '../../../domain/functionLog.ts'
import { LoadFailure } from '../../../domain/loadFailure.ts'
import type { Functions } from '../../../domain/ports.ts'
import type { NamespaceScope } from '../namespaceScope.ts'
import type { FunctionObjects } from './functionObjects.ts'
import type { FunctionSettings } from './functionSettings.ts'
import type { FunctionsView } from './functionsView.ts'
import { functionIdOf, revisionName, sourceName } from './functionNames.ts'
import { prepareRevision } from './prepareRevision.ts'
import { findOwnService, nextNumber, putRevision } from './putRevision.ts'
import { refuseDependencies, refuseSpec } from './refuseSpec.ts'
import type { RevisionWatch } from './revisionWatch.ts'
import { runtimeImage } from './runtimeImage.ts'
import type { RuntimeProgram } from './runtimeProgram.ts'
import { readState } from './serviceState.ts'
import type { RevisionSettlement } from './settleRevision.ts'

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
export interface FunctionDeploymentsOptions {
  readonly scope: NamespaceScope
  readonly view: FunctionsView
  readonly objects: FunctionObjects
  readonly settlement: RevisionSettlement
  readonly watchRevision: RevisionWatch
  readonly settings: () => FunctionSettings
  readonly programOf: (runtime: RuntimeProgram['runtime']) => Promise<RuntimeProgram>
  readonly steps: DeploymentSteps
  readonly log: FunctionLog
  readonly removeLog: (functionId: string) => Promise<void>
  readonly clock: Clock
  readonly newId: () => string
  /** Receives failures that no caller waits for. */
  readonly report: (error: unknown) => void
}

interface Attempt {
  readonly revision: RevisionRecord
  readonly created: boolean
  readonly abort: AbortController
  readonly told: StepTeller
  settled: Promise<unknown>
}

/** A timer takes no more; nobody waits that long for an answer. */
const longestWaitMs = 3_600_000

/** Gives Services new revisions and waits until they serve. */
export function createFunctionDeployments(options: FunctionDeploymentsOptions): FunctionDeployments {
  const { scope, view, objects, settlement, steps, log, clock, newId, report } = options
  const turns = createKeyedQueue()
  const attempts = new Set<Attempt>()

  const begin = async (
    spec: RevisionRecord['spec'],
    source: Source,
    isTransient: boolean,
  ): Promise<{ readonly attempt: Attempt; readonly settled: Promise<FunctionRecord> }> => {
    const existing = await findOwnService(objects, spec.name)
    const { images, annotations } = options.settings()
    const image = runtimeImage(spec, images)
    const program = await options.programOf(spec.runtime as RuntimeProgram['runtime'])
    const revision: RevisionRecord = {
      id: newId(),
      functionId: (existing && functionIdOf(existing)) ?? newId(),
      number: nextNumber(existing),
      spec,
      sourceDigest: source.digest,
      ...(isTransient && { transient: true }),
      status: 'deploying',
      createdAt: clock.now(),
    }
    const { functionId, number } = revision
    const attempt: Attempt = {
      revision,
      created: !existing,
      abort: new AbortController(),
      told: steps.begin(scope.projectId, revision),
      settled: Promise.resolve(),
    }
    const plan = { functionId, spec, revision, image, program, ...(annotations ? { annotations } : {}) }
    try {
      await prepareRevision(objects, { functionId, spec, number, source, program }, clock.now())
      attempts.add(attempt)
      await putRevision(objects, plan, existing, scope.name)
    } catch (error) {
      attempts.delete(attempt)
      const explained = explainFailure(error, deployWords(revision))
      attempt.told.ended('failed', explained.message)
      if (explained.code !== 'CONFLICT') await forgetSource(revision).catch(report)
      throw explained
    }
    const settled = settle(attempt)
    attempt.settled = settled.catch(() => undefined)
    return { attempt, settled }
  }
  const forgetSource = ({ spec, number }: RevisionRecord) =>
    objects.remove('configmaps', sourceName(revisionName(spec.name, number)))

  const settle = async (attempt: Attempt): Promise<FunctionRecord> => {
    const { revision, abort, told } = attempt
    const { functionId, number, spec } = revision
    told.now({ phase: 'starting' })
    const signal = AbortSignal.any([abort.signal, scope.signal])
    try {
      await options.watchRevision({ functionId, name: spec.name, number, signal })
    } catch (error) {
      throw await fail(attempt, error)
    }
    attempts.delete(attempt)
    const sentence = `Revision ${number} is serving.`
    await settlement.finish(spec.name, number)
    if (!revision.transient) log.system(functionId, sentence)
    told.ended('ready', sentence)
    const sight = await seenSettled(functionId, number, scope.signal)
    if (sight) settlement.tidy(sight, number).catch(report)
    const record = view.record(functionId)
    if (record) return record
    throw new HksError('CANCELLED', 'The function was deleted while it was deployed.')
  }
  /** What was changed is read through the view: it has to have heard of it. */
  const seenSettled = async (functionId: string, number: number, signal: AbortSignal) => {
    await view.until(
      functionId,
      sight => (sight && readState(sight.service).deployment?.revision === number ? undefined : true),
      signal,
    )
    return view.sight(functionId)
  }

  const fail = async (attempt: Attempt, error: unknown): Promise<HksError> => {
    const { revision, told, created } = attempt
    const { functionId, number, spec } = revision
    const explained = explainFailure(error, deployWords(revision))
    if (explained.code === 'GATEWAY_DRAINING' || scope.signal.aborted) {
      attempts.delete(attempt)
      return explained
    }
    const isRefused = explained.code === 'INVALID_SOURCE'
    const isCancelled = explained.code === 'CANCELLED'
    // What was made for it goes with it; a failure stays to be looked at.
    const reason = isRefused || (isCancelled && created) ? undefined : explained.message
    try {
      await settlement.takeBack(functionId, spec.name, number, reason)
      if (created && reason === undefined) {
        await view.until(functionId, sight => (sight ? undefined : true), scope.signal)
        await options.removeLog(functionId)
      } else {
        await seenSettled(functionId, number, scope.signal)
        if (error instanceof LoadFailure) log.trace(functionId, error.context.trace)
        log.system(functionId, explained.message)
      }
    } catch (failure) {
      // The mark stays: this gateway, or the next one, looks at it again.
      report(failure)
    } finally {
      attempts.delete(attempt)
      told.ended(isCancelled ? 'cancelled' : 'failed', explained.message)
    }
    return explained
  }

  return {
    deploy: async (projectId, spec, source, { answerBy, transient }) => {
      refuseSpec(spec)
      refuseDependencies(spec, source)
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
      const reason = new HksError('GATEWAY_DRAINING', 'The gateway stopped during the deployment, which goes on.')
      for (const { abort } of attempts) abort.abort(reason)
      await Promise.all([...attempts].map(({ settled }) => settled))
    },
  }
}

/** A function that the view has not heard of yet. */
const newRecord = (projectId: string, revision: RevisionRecord): FunctionRecord => ({
  id: revision.functionId,
  projectId,
  spec: revision.spec,
  status: 'deploying',
  serving: 0,
  replicas: 0,
  url: '',
  revisions: [revision],
  createdAt: revision.createdAt,
  updatedAt: revision.createdAt,
})
