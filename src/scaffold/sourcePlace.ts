import { isAbsolute, join } from 'node:path'
import { HksError } from '../contract/errors.ts'
import { functionFile } from './findFunctionFolder.ts'
import { type FunctionSettings, readFunctionFolder } from './functionYaml.ts'
import { packFile, packFolder } from './packSource.ts'
import { singleFileSettings } from './singleFile.ts'

/** Where the source of a function lies: a folder with a `function.yaml`, or one file. */
export interface SourcePlace {
  readonly kind: 'folder' | 'file'
  readonly path: string
}

/** A source as it is at one moment, with how it is deployed. */
export interface ReadSource {
  readonly settings: FunctionSettings
  /** Base64, as a deployment carries it; absent with an image. */
  readonly source?: string
  readonly warnings: readonly string[]
}

/**
 * Reads and packs a source.
 * @throws HksError INVALID_REQUEST, INVALID_SOURCE, PAYLOAD_TOO_LARGE; the system's error when a file of it goes
 */
export async function readSource({ kind, path }: SourcePlace, signal?: AbortSignal): Promise<ReadSource> {
  if (kind === 'file')
    return { settings: singleFileSettings(path), source: (await packFile(path)).source, warnings: [] }
  const { settings, warnings } = await readFunctionFolder(path).catch((error: unknown) => {
    throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? settingsGone(path, error) : error
  })
  if (settings.image !== undefined) return { settings, warnings }
  return { settings, source: (await packFolder(path, signal)).source, warnings }
}

function settingsGone(folder: string, cause: unknown): HksError {
  const file = join(folder, functionFile)
  return new HksError('INVALID_REQUEST', `${file} is not there any more.`, {
    details: { file, errno: 'ENOENT', message: `${functionFile} is not there any more.` },
    hint: 'Put it back.',
    cause,
  })
}

/** An error whose file is named as the gateway saw it gets the file's path on this machine. */
export function placedError(error: unknown, place: SourcePlace): unknown {
  if (!(error instanceof HksError) || typeof error.details?.['file'] !== 'string') return error
  const { file } = error.details
  if (isAbsolute(file)) return error
  const details = { ...error.details, file: place.kind === 'folder' ? join(place.path, file) : place.path }
  return new HksError(error.code, error.message, {
    details,
    cause: error,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  })
}
