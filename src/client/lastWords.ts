import { type ErrorCode, isErrorCode } from '../contract/errors.ts'

/** Why a gateway ended, as it said last. */
export interface LastWords {
  readonly code: ErrorCode
  readonly sentence: string
  readonly hint?: string
  /** What it said besides. */
  readonly others: string
}

/**
 * Finds them in what a gateway has said: `CODE: sentence`, and the hint on a line of its own, indented. A warning of Node's
 * own may follow.
 */
export function lastWords(text: string): LastWords | undefined {
  const found = [...text.matchAll(/^([A-Z_]+): (.+)(?:\n {2}(\S.*))?\n?/gm)].findLast(([, code]) => isErrorCode(code))
  const [whole = '', code, sentence = '', hint] = found ?? []
  if (found === undefined || !isErrorCode(code)) return undefined
  const others = text.slice(0, found.index) + text.slice(found.index + whole.length)
  return { code, sentence, others, ...(hint === undefined ? {} : { hint }) }
}
