import { stat } from 'node:fs/promises'
import { basename, relative, resolve } from 'node:path'
import { HksError } from '../contract/errors.ts'
import { findFunctionFolder } from '../scaffold/findFunctionFolder.ts'
import { type FunctionSettings, readFunctionFolder } from '../scaffold/functionYaml.ts'
import { packFile, packFolder } from '../scaffold/packSource.ts'
import { isSingleFileSource, singleFileSettings } from '../scaffold/singleFile.ts'
import type { Context } from './context.ts'

/** A source that is ready to be deployed, with how. */
export interface DeployableSource {
  readonly settings: FunctionSettings
  /** Base64, as the deployment carries it. */
  readonly source: string
  readonly warnings: readonly string[]
}

/**
 * The source that a path means: the folder with a `function.yaml` at or above it, else the source file itself.
 * @throws HksError NOT_FOUND, INVALID_REQUEST, INVALID_SOURCE, PAYLOAD_TOO_LARGE
 */
export async function deployableSource({ cwd, signal }: Context, path: string): Promise<DeployableSource> {
  const target = resolve(cwd, path)
  const info = await stat(target).catch((cause: unknown) => {
    throw new HksError('NOT_FOUND', `path: ${target} is not there.`, { cause })
  })
  const folder = await findFunctionFolder(target)
  if (folder !== undefined) {
    const { settings, warnings, file } = await readFunctionFolder(folder)
    const { source } = await packFolder(folder, signal)
    const whole = `${basename(target)} belongs to ${relative(cwd, file)}, so the whole folder is deployed.`
    return { settings, source, warnings: isSingleFileSource(target) ? [whole, ...warnings] : warnings }
  }
  if (info.isDirectory()) {
    throw new HksError('NOT_FOUND', `No function.yaml is in ${target} or above it.`, {
      hint: 'Deploy a source file, or begin with hks-func init.',
    })
  }
  return { settings: singleFileSettings(target), source: (await packFile(target)).source, warnings: [] }
}
