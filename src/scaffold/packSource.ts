import { readFile } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { TarError, writeCanonicalTar } from '../base/canonicalTar.ts'
import { HksError } from '../contract/errors.ts'
import { collectFiles, type SourceFile } from './collectFiles.ts'
import { refuseNoText } from './singleFileText.ts'

/** Bytes of base64 that fit into a deployment, with 64 KiB left for its other fields (the route takes 32 MiB). */
export const sourceLimit = 32 * 1024 * 1024 - 64 * 1024

/** A source as a deployment carries it. */
export interface PackedSource {
  /** Base64 of one file or of a gzipped tar. */
  readonly source: string
  /** The files in it, as the gateway will see them. */
  readonly files: readonly string[]
}

/** Packs a folder without what its ignore files name. Errors: `INVALID_SOURCE`, `PAYLOAD_TOO_LARGE`. */
export async function packFolder(folder: string, signal?: AbortSignal): Promise<PackedSource> {
  const files = await collectFiles(folder, signal)
  if (files.length === 0)
    throw new HksError('INVALID_SOURCE', `${folder} holds no file to deploy.`, {
      hint: 'Add the handler, or look at .gitignore and .hksignore.',
    })
  const packed = await promisify(gzip)(tarOf(files))
  signal?.throwIfAborted()
  return { source: checkedSize(packed, files), files: files.map(f => f.path) }
}

/**
 * Packs one source file as it is; in Go, whose handler does not name its file, with its name, so that errors have it.
 * Errors: `INVALID_SOURCE` for what is empty or not UTF-8, `PAYLOAD_TOO_LARGE`.
 */
export async function packFile(file: string): Promise<PackedSource> {
  const content = await readFile(file)
  refuseNoText(file, content)
  const path = basename(file)
  if (extname(file) === '.go') {
    const files = [{ path, content, executable: false }]
    return { source: checkedSize(await promisify(gzip)(tarOf(files)), files), files: [path] }
  }
  return { source: checkedSize(content, [{ path, content, executable: false }]), files: [path] }
}

/** The module's name of a source file: its name without the extension. */
export const moduleOf = (file: string): string => basename(file, extname(file))

/** @throws HksError INVALID_SOURCE for a path that no gateway takes */
function tarOf(files: readonly SourceFile[]): Uint8Array {
  try {
    return writeCanonicalTar(files.map(({ path, content, executable }) => ({ path, executable, data: content })))
  } catch (cause) {
    if (!(cause instanceof TarError)) throw cause
    throw new HksError('INVALID_SOURCE', cause.message, {
      cause,
      ...(cause.entry === undefined ? {} : { details: { file: cause.entry } }),
      hint: 'Rename it, or name it in .hksignore.',
    })
  }
}

function checkedSize(packed: Buffer, files: readonly SourceFile[]): string {
  const source = packed.toString('base64')
  if (source.length <= sourceLimit) return source
  const largest = [...files].sort((a, b) => b.content.length - a.content.length).slice(0, 3)
  const mib = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`
  throw new HksError(
    'PAYLOAD_TOO_LARGE',
    `The source has ${mib(source.length)} when packed; ${mib(sourceLimit)} is the most.`,
    {
      details: { bytes: source.length, limit: sourceLimit },
      hint: `Name what is not needed in .hksignore. Largest: ${largest.map(f => `${f.path} (${mib(f.content.length)})`).join(', ')}.`,
    },
  )
}
