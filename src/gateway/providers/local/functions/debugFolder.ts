import { realpath, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative } from 'node:path'
import { invalidField } from '../../../../contract/errors.ts'
import { ifThere } from '../../../platform/ifThere.ts'

/** A folder whose code is debugged where it is. */
export interface DebugFolder {
  /** Its real path. */
  readonly path: string
  /** What its code finds of packages above it, in the project. */
  readonly packages: readonly string[]
}

/** Finds the folder. @throws HksError INVALID_REQUEST when it is none, or not in the project's */
export async function findDebugFolder(folder: string, projectFolder: string): Promise<DebugFolder> {
  const path = await realFolder('folder', folder)
  const project = await realpath(projectFolder)
  const inside = relative(project, path)
  if (inside.startsWith('..') || isAbsolute(inside))
    throw invalidField('folder', folder, `is not in the folder of the project, ${projectFolder}.`)
  return { path, packages: await packagesAbove(path, project) }
}

/** The real path of the package debugpy. @throws HksError INVALID_REQUEST when it is not that */
export async function findDebugpy(folder: string): Promise<string> {
  const path = await realFolder('debugpy', folder)
  const isPackage = basename(path) === 'debugpy' && (await ifThere(stat(join(path, '__init__.py'))))?.isFile()
  if (!isPackage) throw invalidField('debugpy', folder, 'is not the folder of the Python package debugpy.')
  return path
}

async function realFolder(field: string, folder: string): Promise<string> {
  if (!isAbsolute(folder)) throw invalidField(field, folder, 'is not an absolute path.')
  const isFolder = (await ifThere(stat(folder)))?.isDirectory()
  if (!isFolder) throw invalidField(field, folder, 'is not a folder of this machine.')
  return realpath(folder)
}

async function packagesAbove(folder: string, project: string): Promise<readonly string[]> {
  if (folder === project) return []
  const above = dirname(folder)
  const packages = join(above, 'node_modules')
  const isThere = (await ifThere(stat(packages)))?.isDirectory()
  return [...(isThere ? [packages] : []), ...(await packagesAbove(above, project))]
}
