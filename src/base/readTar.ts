import { checkPaths, type SourceFile, TarError } from './canonicalTar.ts'

/** Bounds of what is read: entries of any kind, and bytes of all files together. */
export interface TarLimits {
  readonly maxEntries: number
  readonly maxBytes: number
}

const block = 512
const decoder = new TextDecoder('utf-8', { fatal: true })
/** A pax header holds a few attributes; more is an attempt to fill memory. */
const maxExtendedHeader = 64 * 1024

const typeNames: Readonly<Record<string, string>> = {
  '1': 'a hard link',
  '2': 'a symbolic link',
  '3': 'a device',
  '4': 'a device',
  '6': 'a pipe',
  K: 'a link',
  S: 'a sparse file',
}

/**
 * The files of a tar that anybody may have made (v7, ustar, pax, GNU long names). Folders are dropped. Refused are
 * links, devices, paths that leave the folder or collide, damaged headers and all that exceeds the limits.
 * The data are views of `tar`. @throws TarError
 */
export function readTar(tar: Uint8Array, limits: TarLimits): readonly SourceFile[] {
  const files: SourceFile[] = []
  let at = 0
  let entries = 0
  let bytes = 0
  let longName: string | undefined
  while (at + block <= tar.length) {
    const header = tar.subarray(at, at + block)
    if (header.every(byte => byte === 0)) break
    checkSum(header)
    const type = String.fromCharCode(header[156]!)
    const size = readSize(header)
    at += block
    if (at + size > tar.length) throw new TarError('The archive is cut off.', longName)
    const data = tar.subarray(at, at + size)
    at += Math.ceil(size / block) * block
    if (++entries > limits.maxEntries) throw new TarError(`The archive has more than ${limits.maxEntries} entries.`)
    if (type === 'x' || type === 'L') {
      if (size > maxExtendedHeader) throw new TarError('The archive has an extended header that is too large.')
      longName = type === 'L' ? readText(data) : (readPaxPath(data) ?? longName)
      continue
    }
    if (type === 'g') continue
    const path = cleanPath(longName ?? ustarPath(header))
    longName = undefined
    if (type === '5' || (type !== '2' && type !== '1' && path.endsWith('/'))) {
      checkFolder(path)
      continue
    }
    if (type !== '0' && type !== '\0' && type !== '7') {
      throw new TarError(`"${path}" is ${typeNames[type] ?? 'no plain file'}; only plain files can be deployed.`, path)
    }
    bytes += size
    if (bytes > limits.maxBytes)
      throw new TarError(`The files are larger than ${limits.maxBytes} bytes together.`, path)
    files.push({ path, executable: (readOctal(header, 100, 8) & 0o111) !== 0, data })
  }
  if (entries === 0 && !tar.subarray(0, block).every(byte => byte === 0)) throw new TarError('This is no tar archive.')
  checkPaths(files.map(file => file.path))
  return files
}

/** `./a//b` as `a/b`; whatever is dangerous stays and is refused. A folder keeps its last `/`. */
const cleanPath = (path: string) => path.replace(/\/{2,}/g, '/').replace(/^(?:\.\/)+/, '')

function checkFolder(path: string): void {
  const name = path.replace(/\/$/, '')
  if (name !== '' && name !== '.') checkPaths([name])
}

function checkSum(header: Uint8Array): void {
  const stored = readOctal(header, 148, 8)
  let sum = 0
  for (const [i, byte] of header.entries()) sum += i >= 148 && i < 156 ? 0x20 : byte
  if (stored !== sum) throw new TarError('This is no tar archive, or it is damaged: a header has a wrong checksum.')
}

function readText(field: Uint8Array): string {
  const end = field.indexOf(0)
  try {
    return decoder.decode(end < 0 ? field : field.subarray(0, end))
  } catch (cause) {
    throw new TarError(`The archive has a name that is not UTF-8 (${(cause as Error).message}).`)
  }
}

function readOctal(header: Uint8Array, at: number, length: number): number {
  const text = String.fromCharCode(...header.subarray(at, at + length))
    .replace(/[\0 ]+$/, '')
    .trimStart()
  if (!/^[0-7]*$/.test(text)) throw new TarError('This is no tar archive, or it is damaged: a number is not octal.')
  return text === '' ? 0 : Number.parseInt(text, 8)
}

function readSize(header: Uint8Array): number {
  // GNU writes sizes above 8 GiB in base 256, marked by the first bit.
  if ((header[124]! & 0x80) !== 0) throw new TarError('The archive has a file that is too large.')
  return readOctal(header, 124, 12)
}

function ustarPath(header: Uint8Array): string {
  const name = readText(header.subarray(0, 100))
  const isUstar = readText(header.subarray(257, 262)) === 'ustar'
  // GNU's own format ("ustar  ") uses the prefix field for times.
  const isGnu = header[262] === 0x20
  const prefix = isUstar && !isGnu ? readText(header.subarray(345, 500)) : ''
  return prefix === '' ? name : `${prefix}/${name}`
}

/** The path of a pax header. A size there would be above 8 GiB; sparse maps would change what the data mean. */
function readPaxPath(data: Uint8Array): string | undefined {
  let path: string | undefined
  let at = 0
  while (at < data.length) {
    const space = data.indexOf(0x20, at)
    const length = space < 0 ? Number.NaN : Number(readText(data.subarray(at, space)))
    if (!Number.isSafeInteger(length) || length <= space - at || at + length > data.length) {
      throw new TarError('The archive has a damaged pax header.')
    }
    const record = readText(data.subarray(space + 1, at + length - 1))
    const equals = record.indexOf('=')
    const key = record.slice(0, equals)
    if (key === 'path') path = record.slice(equals + 1)
    if (key === 'size' || key === 'linkpath' || key.startsWith('GNU.sparse')) {
      throw new TarError(`The archive uses the pax attribute "${key}"; only plain files can be deployed.`, path)
    }
    at += length
  }
  return path
}
