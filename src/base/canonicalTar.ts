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

const block = 512
/** Bytes of the two name fields of a ustar header (POSIX.1-1988). */
const nameBytes = 100
const prefixBytes = 155
/** What common file systems take: PATH_MAX has room for a folder in front. */
const longestPath = 1024
const longestPart = 255

const encoder = new TextEncoder()
const roundUp = (size: number) => Math.ceil(size / block) * block

/**
 * The one tar of a set of files: sorted by path, no time, no owner, modes 644 and 755, ustar, with a pax header only
 * for a path that ustar can't hold. Equal files give equal bytes. @throws TarError for a path that is not acceptable
 */
export function writeCanonicalTar(files: readonly SourceFile[]): Uint8Array {
  checkPaths(files.map(file => file.path))
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
  const headers = sorted.map(fileHeader)
  const size = sorted.reduce((sum, file, i) => sum + headers[i]!.length + roundUp(file.data.length), 2 * block)
  const tar = new Uint8Array(size)
  let at = 0
  for (const [i, file] of sorted.entries()) {
    tar.set(headers[i]!, at)
    at += headers[i]!.length
    tar.set(file.data, at)
    at += roundUp(file.data.length)
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

function fileHeader({ path, executable, data }: SourceFile): Uint8Array {
  const mode = executable ? 0o755 : 0o644
  const bytes = encoder.encode(path)
  const split = splitPath(bytes)
  if (split) return header({ ...split, mode, size: data.length, type: '0' })
  const record = paxRecord('path', path)
  const pax = new Uint8Array(block + roundUp(record.length) + block)
  pax.set(
    header({
      name: encoder.encode('PaxHeader'),
      prefix: new Uint8Array(),
      mode: 0o644,
      size: record.length,
      type: 'x',
    }),
  )
  pax.set(record, block)
  const stub = bytes.subarray(0, nameBytes)
  pax.set(header({ name: stub, prefix: new Uint8Array(), mode, size: data.length, type: '0' }), pax.length - block)
  return pax
}

/** The two fields that hold a path, divided at the first `/` that lets both fit. */
function splitPath(path: Uint8Array): { name: Uint8Array; prefix: Uint8Array } | undefined {
  if (path.length <= nameBytes) return { name: path, prefix: new Uint8Array() }
  const slash = path.indexOf(0x2f, path.length - nameBytes - 1)
  if (slash <= 0 || slash > prefixBytes) return undefined
  return { name: path.subarray(slash + 1), prefix: path.subarray(0, slash) }
}

/** `LENGTH key=value\n`, where LENGTH counts itself (POSIX.1-2001 pax). */
function paxRecord(key: string, value: string): Uint8Array {
  const rest = encoder.encode(` ${key}=${value}\n`)
  let length = rest.length + 1
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length
  const record = new Uint8Array(length)
  record.set(encoder.encode(String(length)))
  record.set(rest, length - rest.length)
  return record
}

interface HeaderFields {
  readonly name: Uint8Array
  readonly prefix: Uint8Array
  readonly mode: number
  readonly size: number
  readonly type: string
}

function header({ name, prefix, mode, size, type }: HeaderFields): Uint8Array {
  const bytes = new Uint8Array(block)
  const text = (at: number, value: string) => bytes.set(encoder.encode(value), at)
  const octal = (at: number, digits: number, value: number) => text(at, value.toString(8).padStart(digits, '0'))
  bytes.set(name, 0)
  octal(100, 7, mode)
  octal(108, 7, 0)
  octal(116, 7, 0)
  octal(124, 11, size)
  octal(136, 11, 0)
  text(148, ' '.repeat(8))
  text(156, type)
  text(257, 'ustar\u000000')
  octal(329, 7, 0)
  octal(337, 7, 0)
  bytes.set(prefix, 345)
  octal(
    148,
    6,
    bytes.reduce((sum, byte) => sum + byte, 0),
  )
  text(154, '\0 ')
  return bytes
}
