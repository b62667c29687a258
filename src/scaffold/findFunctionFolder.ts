import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** The file that makes a folder a function's. */
export const functionFile = 'function.yaml'

/**
 * The folder that holds `function.yaml`: the given file's or folder's, or the nearest above it, not above `top`.
 * Nothing when there is none.
 */
export async function findFunctionFolder(start: string, top?: string): Promise<string | undefined> {
  const first = (await stat(start)).isDirectory() ? start : dirname(start)
  for (let folder = first; ; folder = dirname(folder)) {
    if (await isFile(join(folder, functionFile))) return folder
    if (folder === top || dirname(folder) === folder) return undefined
  }
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    s => s.isFile(),
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return false
      throw error
    },
  )
