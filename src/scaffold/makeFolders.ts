import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { HksError } from '../contract/errors.ts'
import { systemError } from '../contract/systemErrors.ts'

/**
 * Makes a folder and those above it that are missing, and tells `onMade` of each. One level at a time: Node's own
 * recursive way tries for ever below `/proc`. @throws HksError INVALID_REQUEST where no folder can be, STORE_FAILED for a
 * full disk, each naming the folder; the system's error where there are no words for it
 */
export async function makeFolders(folder: string, onMade: (folder: string) => void): Promise<void> {
  const missing: string[] = []
  let nearest = folder
  for (; !(await isThere(nearest)) && dirname(nearest) !== nearest; nearest = dirname(nearest)) missing.unshift(nearest)
  if (!(await stat(nearest)).isDirectory()) throw cannotBeMade(folder, `${nearest} is a file`, 'ENOTDIR')
  for (const at of missing) {
    try {
      await mkdir(at)
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException
      // Somebody else made it meanwhile.
      if (code === 'EEXIST' && (await isThere(at))) continue
      // The folder above is there, and this one is new.
      if (code === 'ENOENT' || code === 'EEXIST')
        throw cannotBeMade(at, `${dirname(at)} takes no such folder`, code, error)
      throw systemError(error, at, chooseAnother) ?? error
    }
    onMade(at)
  }
}

/** Whether something is at a path. */
export const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return false
      throw error
    },
  )

const chooseAnother = 'Choose another folder.'

const cannotBeMade = (folder: string, why: string, errno: string, cause?: unknown) =>
  new HksError('INVALID_REQUEST', `${folder} cannot be made: ${why}.`, {
    details: { file: folder, errno },
    hint: chooseAnother,
    ...(cause === undefined ? {} : { cause }),
  })
