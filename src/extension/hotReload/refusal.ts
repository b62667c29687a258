import { basename } from 'node:path'
import { l10n } from 'vscode'
import { HksError } from '../../contract/errors.ts'
import { faultWords } from '../../scaffold/faultWords.ts'

/** Why a save was not taken: where, and as the editor marks it there. Undefined for what has no place in a file. */
export interface Refusal {
  /** Such as `index.mjs:2`. */
  readonly at: string
  readonly marked: HksError
}

/** Reads it out of an error whose file has its path on this machine. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (!(error instanceof HksError)) return undefined
  const { file, line } = error.details ?? {}
  if (typeof file !== 'string') return undefined
  const hint = l10n.t('What served before goes on until this is mended and saved.')
  return {
    at: typeof line === 'number' ? `${basename(file)}:${line}` : basename(file),
    marked: new HksError(error.code, faultWords(error), { details: { ...error.details }, hint, cause: error }),
  }
}
