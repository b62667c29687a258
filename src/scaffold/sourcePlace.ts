import { isAbsolute, join } from 'node:path'
import { HksError } from '../contract/errors.ts'
import { functionFile } from './findFunctionFolder.ts'
import { type FunctionFolder, type FunctionSettings, readFunctionFolder } from './functionYaml.ts'
import { packFile, packFolder } from './packSource.ts'
import { refusedField } from './refusedField.ts'
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
  /** The folder whose `function.yaml` says the settings. */
  readonly written?: FunctionFolder
}

/**
 * Reads and packs a source.
 * @throws HksError INVALID_REQUEST, INVALID_SOURCE, PAYLOAD_TOO_LARGE; the system's error when a file of it goes
 */
export async function readSource({ kind, path }: SourcePlace, signal?: AbortSignal): Promise<ReadSource> {
  if (kind === 'file')
    return { settings: singleFileSettings(path), source: (await packFile(path)).source, warnings: [] }
  const written = await readFunctionFolder(path).catch((error: unknown) => {
    throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? settingsGone(path, error) : error
  })
  const { settings, warnings } = written
  if (settings.image !== undefined) return { settings, warnings, written }
  return { settings, source: (await packFolder(path, signal)).source, warnings, written }
}

function settingsGone(folder: string, cause: unknown): HksError {
  const file = join(folder, functionFile)
  return new HksError('INVALID_REQUEST', `${file} is not there any more.`, {
    details: { file, errno: 'ENOENT', message: `${functionFile} is not there any more.` },
    hint: 'Put it back.',
    cause,
  })
}

/**
 * An error with the path on this machine: one whose file is named as the gateway saw it, and, with what was read of the
 * folder, one of a field that its `function.yaml` says.
 */
export function placedError(refused: unknown, place: SourcePlace & Pick<ReadSource, 'written'>): unknown {
  const error = place.written === undefined ? refused : refusedField(refused, place.written)
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
