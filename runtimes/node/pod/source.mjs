// The function's folder: one that is there, or an archive that is unpacked.

const { chmodSync, mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } = process.getBuiltinModule('node:fs')
const { tmpdir } = process.getBuiltinModule('node:os')
const { dirname, join } = process.getBuiltinModule('node:path')

const block = 512
const tarMagicAt = 257
const executable = 0o755
const plain = 0o644

/** The source is not there or is no archive; the message says what it is. */
export class SourceUnreadable extends Error {}

/** The folder of a source. Throws SourceUnreadable. */
export function openSource(path) {
  try {
    if (statSync(path).isDirectory()) return path
    const bytes = readFileSync(path)
    const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b
    const tar = isGzip ? process.getBuiltinModule('node:zlib').gunzipSync(bytes) : bytes
    const folder = mkdtempSync(join(tmpdir(), 'hks-source-'))
    unpack(tar, folder)
    return folder
  } catch (cause) {
    if (cause instanceof SourceUnreadable) throw cause
    throw new SourceUnreadable(`HKS_SOURCE: ${path} can not be read: ${cause.message}`, { cause })
  }
}

/** Writes the files of a tar as the gateway makes it: ustar, with a pax header for a long path. */
function unpack(tar, folder) {
  const made = new Set()
  let path
  for (let at = 0; at + block <= tar.length && tar[at] !== 0; ) {
    const header = tar.subarray(at, at + block)
    if (header.toString('latin1', tarMagicAt, tarMagicAt + 5) !== 'ustar') {
      throw new SourceUnreadable('HKS_SOURCE: the file is no tar, and no gzipped one')
    }
    const size = Number.parseInt(textOf(header, 124, 12), 8)
    const data = tar.subarray(at + block, at + block + size)
    if (data.length !== size) throw new SourceUnreadable('HKS_SOURCE: the archive is cut off')
    const type = String.fromCharCode(header[156])
    at += block + Math.ceil(size / block) * block
    if (type === 'x') {
      path = /^\d+ path=(.*)\n$/m.exec(data.toString())?.[1]
      continue
    }
    if (type === '5' || type === 'g') continue
    if (type !== '0') throw new SourceUnreadable('HKS_SOURCE: the archive holds more than plain files')
    const prefix = textOf(header, 345, 155)
    writeInto(folder, path ?? (prefix === '' ? '' : `${prefix}/`) + textOf(header, 0, 100), header, data, made)
    path = undefined
  }
}

function writeInto(folder, path, header, data, made) {
  if (path.startsWith('/') || path.split('/').includes('..')) {
    throw new SourceUnreadable(`HKS_SOURCE: ${JSON.stringify(path)} leaves its folder`)
  }
  const target = join(folder, path)
  const parent = dirname(target)
  if (!made.has(parent)) mkdirSync(parent, { recursive: true })
  made.add(parent)
  writeFileSync(target, data)
  chmodSync(target, Number.parseInt(textOf(header, 100, 8), 8) & 0o100 ? executable : plain)
}

const textOf = (header, at, length) => header.toString('utf8', at, at + length).replace(/\0.*$/s, '')
