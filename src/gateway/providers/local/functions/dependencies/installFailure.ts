import { HksError } from '../../../../../contract/errors.ts'

/** A tool that did not install what it should. */
export interface InstallFailure {
  /** Where the packages are declared. */
  readonly file: string
  /** As a person would type it. */
  readonly tool: string
  /** `undefined` when it was killed. */
  readonly exitCode: number | undefined
  /** The last that it said, oldest first. */
  readonly lines: readonly string[]
}

/** What is known of the cause. */
export interface InstallCause {
  readonly reason: 'outdated' | 'invalid' | 'network' | 'notFound' | 'login' | 'digest' | 'noSpace' | 'unknown'
  /** The line that says it best, or words of ours. */
  readonly said: string
  /** One sentence. */
  readonly hint: string
}

/** What helps where the disk is full. */
export const freeSpace = 'Free space on the disk of the data folder, then deploy again.'

/** Lines that an answer carries. */
const mostLines = 20

/** The error of a failed installation: a fault of the files, or of what lies between here and the packages. */
export function installFailed(
  { file, tool, exitCode, lines }: InstallFailure,
  { reason, said, hint }: InstallCause,
): HksError {
  const end = exitCode === undefined ? 'was killed' : `ended with exit code ${exitCode}`
  const isOfFile = reason === 'outdated' || reason === 'invalid'
  return new HksError(isOfFile ? 'INVALID_SOURCE' : 'DEPLOY_FAILED', `${file}: ${tool} ${end}: ${said}`, {
    details: { field: 'source', file, tool, exitCode, reason, lines: lines.slice(-mostLines) },
    hint,
  })
}
