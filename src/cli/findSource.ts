import { stat } from 'node:fs/promises'
import { basename, join, relative, resolve } from 'node:path'
import { HksError } from '../contract/errors.ts'
import { findFunctionFolder, functionFile } from '../scaffold/findFunctionFolder.ts'
import { isSingleFileSource } from '../scaffold/singleFile.ts'
import type { SourcePlace } from '../scaffold/sourcePlace.ts'
import type { Context } from './context.ts'

/**
 * The source that a path means: the folder with a `function.yaml` at or above it, else the source file itself. Says so
 * when more than the named file is meant. @throws HksError NOT_FOUND
 */
export async function findSource({ cwd, out }: Context, path: string): Promise<SourcePlace> {
  const target = resolve(cwd, path)
  const info = await stat(target).catch((cause: unknown) => {
    throw new HksError('NOT_FOUND', `path: ${target} is not there.`, { cause })
  })
  const folder = await findFunctionFolder(target)
  if (folder !== undefined) {
    const file = relative(cwd, join(folder, functionFile))
    if (isSingleFileSource(target)) out.say(`${basename(target)} belongs to ${file}, so the whole folder is deployed.`)
    return { kind: 'folder', path: folder }
  }
  if (info.isDirectory()) {
    throw new HksError('NOT_FOUND', `No function.yaml is in ${target} or above it.`, {
      hint: 'Deploy a source file, or begin with hks-func init.',
    })
  }
  return { kind: 'file', path: target }
}
