import { type ErrorCode, HksError } from './errors.ts'

/** What the operating system refused: a sentence without its beginning, which is the path, and the way out. */
interface Fault {
  readonly problem: string
  readonly hint: string
  readonly code: ErrorCode
}

const freeSpace = 'Free some space, then try again.'
const ofOthers = { problem: 'may not be used by you', hint: 'Change its permissions, or those of its folder.' }

/** By the names of errno(3). */
const faults: Readonly<Record<string, Fault>> = {
  ENOENT: { problem: 'is not there', hint: 'Check the path.', code: 'INVALID_REQUEST' },
  ENOTDIR: { problem: 'needs a folder where a file is', hint: 'Choose another path.', code: 'INVALID_REQUEST' },
  EISDIR: { problem: 'is a folder, not a file', hint: 'Name a file.', code: 'INVALID_REQUEST' },
  EACCES: { ...ofOthers, code: 'INVALID_REQUEST' },
  EPERM: { ...ofOthers, code: 'INVALID_REQUEST' },
  EROFS: {
    problem: 'is on a read-only file system',
    hint: 'Choose a place that can be written.',
    code: 'INVALID_REQUEST',
  },
  ENOSPC: { problem: 'cannot be written: the disk is full', hint: freeSpace, code: 'STORE_FAILED' },
  EDQUOT: { problem: 'cannot be written: the disk quota is used up', hint: freeSpace, code: 'STORE_FAILED' },
}

/** The name of errno(3) that an error carries, if it comes from the operating system. */
export const errnoOf = (error: unknown): string | undefined => {
  if (!(error instanceof Error)) return undefined
  const { syscall, code } = error as { readonly syscall?: unknown; readonly code?: unknown }
  return typeof syscall === 'string' && typeof code === 'string' ? code : undefined
}

/**
 * An error of the operating system about a file as a sentence with `details` `{file, errno}`: STORE_FAILED for a full
 * disk, else INVALID_REQUEST. `file` is the one that was worked on, by default the one that the error names. Nothing for
 * any other error.
 */
export function systemError(error: unknown, file?: string, hint?: string): HksError | undefined {
  const errno = errnoOf(error)
  if (errno === undefined) return undefined
  const fault = faults[errno]
  const path = (error as { readonly path?: unknown }).path
  const named = file ?? (typeof path === 'string' ? path : undefined)
  // An address that may not be listened at has no path, and is no file.
  if (fault === undefined || (named === undefined && fault.code !== 'STORE_FAILED')) return undefined
  return new HksError(fault.code, `${named ?? 'A file'} ${fault.problem}.`, {
    details: { ...(named === undefined ? {} : { file: named }), errno },
    hint: fault.code === 'STORE_FAILED' ? fault.hint : (hint ?? fault.hint),
    cause: error,
  })
}

/**
 * The same of the data folder: INVALID_REQUEST where none can be, else STORE_FAILED. Nothing for any other error.
 */
export function dataFolderError(folder: string, error: unknown): HksError | undefined {
  const errno = errnoOf(error)
  const options = { details: { field: 'HKS_HOME', file: folder, errno }, cause: error }
  if (errno === 'ENOTDIR' || errno === 'EEXIST' || errno === 'ENOENT') {
    const problem = errno === 'ENOENT' ? 'cannot be made' : 'cannot be a folder: a file is in its place or above it'
    return new HksError('INVALID_REQUEST', `HKS_HOME: the data folder ${folder} ${problem}.`, {
      ...options,
      hint: 'Set HKS_HOME to a folder that can be made, or unset it.',
    })
  }
  const known = systemError(error, `The data folder ${folder}`)
  return known === undefined
    ? undefined
    : new HksError('STORE_FAILED', known.message, {
        ...options,
        hint: known.code === 'STORE_FAILED' ? freeSpace : 'Make it writable, or set HKS_HOME to another folder.',
      })
}
