import { paddedSize, tarEnd, tarHeader } from './tarHeader.ts'

/** A file of a source. Folders are implied by paths. */
export interface SourceFile {
  /** Relative, with `/` between its parts. */
  readonly path: string
  readonly executable: boolean
  readonly data: Uint8Array
}

/** Why an archive or a list of files is no acceptable source; `entry` is the path at fault. */
export class TarError extends Error {
  override readonly name = 'TarError'
  readonly entry: string | undefined

  constructor(message: string, entry?: string) {
    super(message)
    this.entry = entry
  }
}

/** What common file systems take: PATH_MAX has room for a folder in front. */
const longestPath = 1024
const longestPart = 255

const encoder = new TextEncoder()

/**
 * The one tar of a set of files: sorted by path, no time, no owner, modes 644 and 755, ustar, with a pax header only
 * for a path that ustar can't hold. Equal files give equal bytes. @throws TarError for a path that is not acceptable
 */
export function writeCanonicalTar(files: readonly SourceFile[]): Uint8Array {
  checkPaths(files.map(file => file.path))
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
  const headers = sorted.map(({ path, executable, data }) =>
    tarHeader({ path, mode: executable ? 0o755 : 0o644, size: data.length, type: 'file' }),
  )
  const size = sorted.reduce((sum, file, i) => sum + headers[i]!.length + paddedSize(file.data.length), tarEnd.length)
  const tar = new Uint8Array(size)
  let at = 0
  for (const [i, file] of sorted.entries()) {
    tar.set(headers[i]!, at)
    at += headers[i]!.length
    tar.set(file.data, at)
    at += paddedSize(file.data.length)
  }
  return tar
}

/**
 * Refuses paths that could leave their folder, that some file system can't hold, or that two files share (also when
 * they differ only in case or in Unicode composition, which macOS and Windows do not tell apart). @throws TarError
 */
export function checkPaths(paths: readonly string[]): void {
  const spellings = new Map<string, string>()
  const files = new Set<string>()
  for (const path of paths) {
    checkPath(path)
    if (files.has(path)) throw new TarError(`"${path}" is there twice.`, path)
    files.add(path)
    for (let end = path.indexOf('/'); ; end = path.indexOf('/', end + 1)) {
      const part = end < 0 ? path : path.slice(0, end)
      const folded = part.normalize('NFC').toLowerCase()
      const spelling = spellings.get(folded)
      if (spelling !== undefined && spelling !== part) {
        throw new TarError(`"${part}" and "${spelling}" are the same name on some file systems.`, path)
      }
      spellings.set(folded, part)
      if (end < 0) break
    }
  }
  for (const path of files) {
    for (let end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1)) {
      const folder = path.slice(0, end)
      if (files.has(folder)) throw new TarError(`"${folder}" is a file and a folder at once.`, path)
    }
  }
}

function checkPath(path: string): void {
  const refuse = (problem: string): never => {
    throw new TarError(`"${path}" ${problem}.`, path)
  }
  if (path === '') refuse('is an empty path')
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) refuse('is an absolute path')
  if (!path.isWellFormed()) refuse('is not valid Unicode')
  // Control characters and backslashes mean different things to different systems.
  if (/[\u0000-\u001f\u007f\\]/.test(path)) refuse('holds a backslash or a control character')
  if (encoder.encode(path).length > longestPath) refuse(`is longer than ${longestPath} bytes`)
  for (const part of path.split('/')) {
    if (part === '..') refuse('leaves its folder')
    if (part === '' || part === '.') refuse('has an empty part')
    if (encoder.encode(part).length > longestPart) refuse(`has a part longer than ${longestPart} bytes`)
  }
}
