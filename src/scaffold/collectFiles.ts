import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HksError } from '../contract/errors.ts'
import { type IgnoreRules, readIgnoreRules } from './ignoreRules.ts'
import { unreadableName } from './nameBytes.ts'

/** One file of a source: its path with forward slashes, relative to the folder, and what it holds. */
export interface SourceFile {
  readonly path: string
  readonly content: Uint8Array
  readonly executable: boolean
}

/**
 * Reads the files of a folder that belong to a source, sorted by path: all that `.gitignore` and `.hksignore` leave.
 * A symbolic link, a socket, a device or a name that is no UTF-8 is refused with `INVALID_SOURCE` if it is not ignored.
 */
export async function collectFiles(folder: string, signal?: AbortSignal): Promise<SourceFile[]> {
  const files: SourceFile[] = []
  const rules = await readIgnoreRules(folder)
  await collect(folder, '', rules, files, signal)
  return files.sort((a, b) => (a.path < b.path ? -1 : 1))
}

async function collect(
  root: string,
  folder: string,
  outer: IgnoreRules,
  files: SourceFile[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const rules = folder === '' ? outer : await outer.enter(folder)
  const entries = await readdir(join(root, folder), { withFileTypes: true })
  for (const entry of entries) {
    signal?.throwIfAborted()
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (rules.ignores(entry.isDirectory() ? `${path}/` : path)) continue
    const odd = await unreadableName(join(root, folder), entry.name)
    if (odd !== undefined) throw notUtf8(folder === '' ? odd : `${folder}/${odd}`)
    if (entry.isDirectory()) await collect(root, path, rules, files, signal)
    else if (entry.isFile()) files.push(await readSourceFile(root, path))
    else throw notAFile(path, entry.isSymbolicLink() ? 'a symbolic link' : 'not a plain file')
  }
}

async function readSourceFile(root: string, path: string): Promise<SourceFile> {
  const file = join(root, path)
  const [content, { mode }] = await Promise.all([readFile(file), lstat(file)])
  return { path, content, executable: (mode & 0o111) !== 0 }
}

/** No file of that name could be opened by the path that is shown, so it is no `file` of the details. */
const notUtf8 = (shown: string): HksError =>
  new HksError('INVALID_SOURCE', `"${shown}": its name is not UTF-8.`, {
    details: { entry: shown },
    hint: 'Rename it, or name it in .hksignore.',
  })

const notAFile = (file: string, what: string): HksError =>
  new HksError('INVALID_SOURCE', `${file} is ${what}; a source holds plain files only.`, {
    details: { file },
    hint: `Replace ${file} by a file, or name it in .hksignore.`,
  })
