import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { HksError } from '../contract/errors.ts'

/**
 * Makes a folder and those above it that are missing, and tells `onMade` of each. One level at a time: Node's own
 * recursive way tries for ever below `/proc`. @throws HksError INVALID_REQUEST where no folder can be; the system's error
 */
export async function makeFolders(folder: string, onMade: (folder: string) => void): Promise<void> {
  const missing: string[] = []
  for (let at = folder; !(await isThere(at)) && dirname(at) !== at; at = dirname(at)) missing.unshift(at)
  for (const at of missing) {
    try {
      await mkdir(at)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      // Somebody else made it meanwhile.
      if (code === 'EEXIST' && (await isThere(at))) continue
      // The folder above is there, and this one is new.
      if (code === 'ENOENT' || code === 'EEXIST') throw cannotBeMade(at, error)
      throw error
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

const cannotBeMade = (folder: string, cause: unknown) =>
  new HksError('INVALID_REQUEST', `${folder} cannot be made: ${dirname(folder)} takes no such folder.`, {
    details: { file: folder, errno: (cause as NodeJS.ErrnoException).code },
    hint: 'Choose another folder.',
    cause,
  })
