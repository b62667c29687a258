import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { HksError } from '../../../../contract/errors.ts'
import { LoadFailure } from '../../../domain/loadFailure.ts'
import { linkOrCopy } from './linkTree.ts'
import { invalidSource, mainFolder, type SourceError } from './goErrors.ts'

/** The handler of a function in Go: a function of the package in `folder`, which is empty for the source's own. */
export interface GoHandler {
  readonly folder: string
  readonly name: string
}

/** Where in a folder to load the program lies (`runtimes/go/launch`). */
export const programFolder = '.hks'

/** Splits `Handle` or `folder.Handle`. */
export function readGoHandler(handler: string): GoHandler {
  const dot = handler.lastIndexOf('.')
  return { folder: handler.slice(0, Math.max(dot, 0)), name: handler.slice(dot + 1) }
}

/** Puts the files of a source into a new folder without copying them; those that the go command changes are copied. */
export async function layOut(source: string, target: string, copied: readonly string[] = []): Promise<void> {
  await mkdir(target, { recursive: true, mode: 0o700 })
  for (const entry of await readdir(source, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const from = join(entry.parentPath, entry.name)
    const path = from.slice(source.length + 1)
    const to = join(target, path)
    await mkdir(dirname(to), { recursive: true })
    if (copied.includes(path)) await copyFile(from, to)
    else await linkOrCopy(from, to)
  }
}

/** Path of a module by its go.mod. */
export function modulePath(goMod: string): string | undefined {
  return /^\s*module\s+"?([^\s"]+)"?/m.exec(goMod)?.[1]
}

/**
 * Refuses a source in which the handler's package can't be, and answers the functions that this package exports.
 * @throws LoadFailure, HksError INVALID_SOURCE
 */
export async function checkGoPackage(folder: string, handler: string): Promise<readonly SourceError[]> {
  const { folder: inside } = readGoHandler(handler)
  const reserved = (await readdir(folder)).find(name => name === mainFolder || name === programFolder)
  if (reserved !== undefined) {
    throw new HksError('INVALID_SOURCE', `source: The name ${reserved} is the builder's own.`, {
      details: { field: 'source', entry: reserved },
      hint: 'Rename it, or name it in .hksignore.',
    })
  }
  const names = await filesOf(join(folder, inside))
  const files = names.filter(name => name.endsWith('.go') && !name.endsWith('_test.go')).sort()
  if (files.length === 0) {
    const where = inside === '' ? 'the source' : `the folder ${inside}`
    throw new LoadFailure('HandlerNotFound', `handler "${handler}": ${where} has no Go file`)
  }
  const exported: SourceError[] = []
  for (const name of files) {
    const file = inside === '' ? name : `${inside}/${name}`
    const lines = (await readFile(join(folder, file), 'utf8')).split('\n')
    for (const [i, line] of lines.entries()) {
      if (/^package\s+main\b/.test(line)) {
        const message = 'it is package main, a program of its own; write "package function"'
        throw invalidSource([{ file, line: i + 1, column: 1, message }])
      }
      const found = /^func\s+(\p{Lu}[\p{L}\d_]*)\s*[([]/u.exec(line)
      if (found) exported.push({ file, line: i + 1, column: 6, message: found[1]! })
    }
  }
  return exported
}

/** None when it is no folder. */
async function filesOf(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw error
  }
}
