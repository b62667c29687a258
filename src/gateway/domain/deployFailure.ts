import { HksError } from '../../contract/errors.ts'
import type { RevisionRecord } from './function.ts'
import { LoadFailure } from './loadFailure.ts'

/** How a failure is told. */
export interface FailureWords {
  /** Before a colon: what can not do what. */
  readonly refused: string
  /** A sentence, for what nobody foresaw. */
  readonly failed: string
  /** What to do about a file that does not parse. */
  readonly again: string
}

/** Those of a revision that is deployed. */
export const deployWords = ({ number }: Pick<RevisionRecord, 'number'>): FailureWords => ({
  refused: `Revision ${number} can not serve`,
  failed: `Revision ${number} could not be deployed.`,
  again: 'Nothing was replaced. Correct the file and deploy again.',
})

/** Why code can not be loaded, as an error of the product. What nobody foresaw stays as it is, as the cause. */
export function explainFailure(error: unknown, words: FailureWords): HksError {
  if (error instanceof LoadFailure)
    return error.context.isSyntaxError ? syntaxError(error, words) : loadFailed(error, words)
  if (!(error instanceof HksError)) return new HksError('INTERNAL', words.failed, { cause: error })
  // A secret that is not set: of a deployment, not of a path.
  if (error.code !== 'NOT_FOUND') return error
  return new HksError('DEPLOY_FAILED', error.message, {
    ...(error.details ? { details: error.details } : {}),
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    cause: error,
  })
}

function syntaxError(failure: LoadFailure, { again }: FailureWords): HksError {
  const { message, context } = failure
  return new HksError('INVALID_SOURCE', `source: ${placeOf(failure)}${message}`, {
    details: { field: 'source', ...context.place, message },
    hint: again,
    cause: failure,
  })
}

function loadFailed(failure: LoadFailure, { refused }: FailureWords): HksError {
  const { type, message, context } = failure
  const lines = [...context.printed, ...context.trace]
  const isOwnWords = type === 'HandlerNotFound' || type === 'LoadTimeout' || type === 'ProcessEnded'
  const said = isOwnWords ? message : `${type}: ${message}`
  return new HksError('DEPLOY_FAILED', `${refused}: ${placeOf(failure)}${said}`, {
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
