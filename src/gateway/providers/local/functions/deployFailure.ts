import { HksError } from '../../../../contract/errors.ts'
import type { RevisionRecord } from '../../../domain/function.ts'
import { LoadFailure } from './functionPool.ts'

/** Why a revision can not serve, as an error of the product. What nobody foresaw stays as it is, as the cause. */
export function explainFailure(error: unknown, revision: RevisionRecord): HksError {
  if (error instanceof LoadFailure)
    return error.context.isSyntaxError ? syntaxError(error) : loadFailed(error, revision)
  if (!(error instanceof HksError)) {
    return new HksError('INTERNAL', `Revision ${revision.number} could not be deployed.`, { cause: error })
  }
  // A secret that is not set: of a deployment, not of a path.
  if (error.code !== 'NOT_FOUND') return error
  return new HksError('DEPLOY_FAILED', error.message, {
    ...(error.details ? { details: error.details } : {}),
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    cause: error,
  })
}

function syntaxError(failure: LoadFailure): HksError {
  const { message, context } = failure
  return new HksError('INVALID_SOURCE', `source: ${placeOf(failure)}${message}`, {
    details: { field: 'source', ...context.place, message },
    hint: 'Nothing was replaced. Correct the file and deploy again.',
    cause: failure,
  })
}

function loadFailed(failure: LoadFailure, revision: RevisionRecord): HksError {
  const { type, message, context } = failure
  const lines = [...context.printed, ...context.trace]
  const isOwnWords = type === 'HandlerNotFound' || type === 'LoadTimeout' || type === 'ProcessEnded'
  const said = isOwnWords ? message : `${type}: ${message}`
  return new HksError('DEPLOY_FAILED', `Revision ${revision.number} can not serve: ${placeOf(failure)}${said}`, {
    details: { type, message, ...context.place, lines: lines.slice(-mostLines) },
    cause: failure,
  })
}

/** Lines that an answer carries; the log has all. */
const mostLines = 20

function placeOf({ context: { place } }: LoadFailure): string {
  if (!place) return ''
  return place.line === undefined ? `${place.file}: ` : `${place.file}, line ${place.line}: `
}
