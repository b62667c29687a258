import type { HksError } from '../../../../../contract/errors.ts'
import { deployWords, explainFailure } from '../../../../domain/deployFailure.ts'
import type { RevisionRecord } from '../../../../domain/function.ts'
import type { FunctionLog } from '../../../../domain/functionLog.ts'
import { LoadFailure } from '../../../../domain/loadFailure.ts'
import type { NamespaceScope } from '../../namespaceScope.ts'
import type { FunctionsView } from '../functionsView.ts'
import { factsOf } from '../objects/revisionFacts.ts'
import { readState } from '../objects/serviceState.ts'
import type { RevisionSettlement } from './settleRevision.ts'

/** What {@link createUnmadeFailure} needs. */
export interface UnmadeFailureOptions {
  readonly scope: NamespaceScope
  readonly view: Pick<FunctionsView, 'sight' | 'until'>
  readonly settlement: Pick<RevisionSettlement, 'noteFailure'>
  readonly log: FunctionLog
  /** Receives failures that no caller waits for. */
  readonly report: (error: unknown) => void
}

/** No failures of a revision, but of a request for one. */
const unlisted: readonly string[] = ['INVALID_SOURCE', 'CANCELLED', 'PROJECT_MISSING']

/**
 * Ends a deployment whose image could not be made: the cluster knows nothing of its revision. Where its function is there it
 * is listed as failed; of a new one nothing is left. Answers the reason.
 */
export const createUnmadeFailure =
  ({ scope, view, settlement, log, report }: UnmadeFailureOptions) =>
  async (revision: RevisionRecord, error: unknown): Promise<HksError> => {
    const { functionId, number, spec } = revision
    const explained = explainFailure(error, deployWords(revision))
    if (unlisted.includes(explained.code) || scope.signal.aborted || !view.sight(functionId)) return explained
    try {
      if (error instanceof LoadFailure) log.trace(functionId, error.context.trace)
      log.system(functionId, explained.message)
      await settlement.noteFailure(functionId, spec.name, { ...factsOf(spec, revision), reason: explained.message })
      await view.until(
        functionId,
        sight => (!sight || readState(sight.service).lastRevision >= number ? true : undefined),
        scope.signal,
      )
    } catch (failure) {
      // Nothing is left behind but a number.
      report(failure)
    }
    return explained
  }
