import { HksError } from '../../../../../contract/errors.ts'
import type { StepTeller } from '../../../../domain/deploymentSteps.ts'
import { deployWords, explainFailure } from '../../../../domain/deployFailure.ts'
import type { FunctionRecord, RevisionRecord } from '../../../../domain/function.ts'
import type { FunctionLog } from '../../../../domain/functionLog.ts'
import { LoadFailure } from '../../../../domain/loadFailure.ts'
import type { NamespaceScope } from '../../namespaceScope.ts'
import type { FunctionSight } from '../functionRecord.ts'
import type { FunctionsView } from '../functionsView.ts'
import { readState } from '../objects/serviceState.ts'
import type { RevisionWatch } from './revisionWatch.ts'
import type { RevisionSettlement } from './settleRevision.ts'

/** One deployment that this gateway does. */
export interface Attempt {
  readonly revision: RevisionRecord
  /** The Service is made for it. */
  created: boolean
  /** The cluster knows of it. */
  isPut: boolean
  readonly abort: AbortController
  /** Of `abort`, and of the namespace: of its project, and of its end. */
  readonly signal: AbortSignal
  readonly told: StepTeller
  settled: Promise<unknown>
}

/** What settling needs. */
export interface AttemptSettlementOptions {
  readonly scope: NamespaceScope
  readonly view: FunctionsView
  readonly settlement: RevisionSettlement
  readonly watchRevision: RevisionWatch
  readonly log: FunctionLog
  readonly removeLog: (functionId: string) => Promise<void>
  /** A deployment has failed: what it made may be left, used by nothing. */
  readonly onLeftovers: () => void
  /** Receives failures that no caller waits for. */
  readonly report: (error: unknown) => void
}

/**
 * Makes the end of deployments: waits until a revision that was put into the cluster serves, and takes it back where it can not.
 * Either way the attempt is removed from `attempts`. @throws HksError, explained
 */
export function createAttemptSettlement(
  options: AttemptSettlementOptions,
  attempts: Set<Attempt>,
): (attempt: Attempt) => Promise<FunctionRecord> {
  const { scope, view, settlement, log, report } = options
  const settle = async (attempt: Attempt): Promise<FunctionRecord> => {
    const { revision, told, signal } = attempt
    const { functionId, number, spec } = revision
    told.now({ phase: 'starting' })
    try {
      const onWaiting = (waiting: string | undefined) =>
        told.now({ phase: 'starting', ...(waiting === undefined ? {} : { waiting }) })
      await options.watchRevision({ functionId, name: spec.name, number, signal, onWaiting })
    } catch (error) {
      throw await fail(attempt, error)
    }
    attempts.delete(attempt)
    const sentence = `Revision ${number} is serving.`
    try {
      await settlement.finish(spec.name, number)
    } catch (error) {
      // It serves; the mark stays for whoever may take it away.
      const explained = explainFailure(error, deployWords(revision))
      told.failed(explained)
      throw explained
    }
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

  /** The Service that was made for a revision goes with it, unless a newer one has taken its place. */
  const goneOrAnothers = (functionId: string, number: number) => {
    const isOwn = ({ service }: FunctionSight) => readState(service).deployment?.revision === number
    return view.until(functionId, sight => (sight && isOwn(sight) ? undefined : true), scope.signal)
  }

  const fail = async (attempt: Attempt, error: unknown): Promise<HksError> => {
    const { revision, told, created } = attempt
    const { functionId, number, spec } = revision
    const explained = explainFailure(error, deployWords(revision))
    if (explained.code === 'GATEWAY_DRAINING' || scope.signal.aborted) {
      attempts.delete(attempt)
      return explained
    }
    const isLeaving = view.sight(functionId)?.service.metadata.deletionTimestamp !== undefined
    if (explained.code === 'PROJECT_MISSING' || isLeaving) {
      // What was made goes with the namespace, or with the Service.
      attempts.delete(attempt)
      log.system(functionId, explained.message)
      options.onLeftovers()
      told.failed(explained)
      return explained
    }
    const isRefused = explained.code === 'INVALID_SOURCE'
    const isCancelled = explained.code === 'CANCELLED'
    // What was made for it goes with it; a failure stays to be looked at.
    const reason = isRefused || (isCancelled && created) ? undefined : explained.message
    try {
      await settlement.takeBack(functionId, spec.name, number, reason)
      if (created && reason === undefined) {
        await goneOrAnothers(functionId, number)
        if (!view.sight(functionId)) await options.removeLog(functionId)
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
      options.onLeftovers()
      told.failed(explained)
    }
    return explained
  }
  return settle
}
