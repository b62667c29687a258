import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HksError } from '../contract/errors.ts'
import { type IgnoreRules, readIgnoreRules } from './ignoreRules.ts'

/** One file of a source: its path with forward slashes, relative to the folder, and what it holds. */
export interface SourceFile {
  readonly path: string
  readonly content: Uint8Array
  readonly executable: boolean
}

/**
 * Reads the files of a folder that belong to a source, sorted by path: all that `.gitignore` and `.hksignore` leave.
 * A symbolic link, a socket or a device that is not ignored is refused with `INVALID_SOURCE`.
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

const notAFile = (file: string, what: string): HksError =>
  new HksError('INVALID_SOURCE', `${file} is ${what}; a source holds plain files only.`, {
    details: { file },
    hint: `Replace ${file} by a file, or name it in .hksignore.`,
  })
