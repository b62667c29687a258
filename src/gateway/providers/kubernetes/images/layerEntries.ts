import { createReadStream } from 'node:fs'
import { lstat, readdir, readlink } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { Readable } from 'node:stream'
import type { SourceFile } from '../../../../base/canonicalTar.ts'
import { HksError } from '../../../../contract/errors.ts'
import type { LayerEntry } from './image.ts'

/** Files in memory, such as those of a function's source, below the folder `at` of an image. */
export const entriesOfFiles = (files: readonly SourceFile[], at: string): readonly LayerEntry[] =>
  files.map(({ path, executable, data }) => ({
    path: posix.join(at, path),
    executable,
    size: data.length,
    open: () => Readable.from([data], { objectMode: false }),
  }))

/**
 * The files of a folder of this machine below the folder `at` of an image, with the links that stay within it. They must
 * not change until the image is built.
 * @throws HksError INVALID_SOURCE for a link that leaves the folder, and for what is no file
 */
export async function entriesOfFolder(folder: string, at: string): Promise<readonly LayerEntry[]> {
  const entries: LayerEntry[] = []
  const walk = async (inner: string): Promise<void> => {
    for (const found of await readdir(join(folder, inner), { withFileTypes: true })) {
      const path = posix.join(inner, found.name)
      const file = join(folder, path)
      if (found.isDirectory()) await walk(path)
      else if (found.isSymbolicLink()) {
        entries.push({ path: posix.join(at, path), linkTo: checkLink(path, await readlink(file)) })
      } else if (found.isFile()) {
        const { mode, size } = await lstat(file)
        const executable = (mode & 0o111) !== 0
        entries.push({ path: posix.join(at, path), executable, size, open: () => createReadStream(file) })
      } else throw refused(path, 'is neither a file nor a folder')
    }
  }
  await walk('')
  return entries
}

function checkLink(path: string, target: string): string {
  const reached = posix.join(posix.dirname(path), target)
  if (posix.isAbsolute(target) || reached === '..' || reached.startsWith('../'))
    throw refused(path, `is a link to ${target}, outside of its folder`)
  return target
}

const refused = (path: string, problem: string) =>
  new HksError('INVALID_SOURCE', `source: "${path}" ${problem}.`, {
    details: { field: 'source', entry: path },
    hint: 'Nothing was replaced. Remove it, then deploy again.',
  })
