/** An entry of a tar without its content. */
export interface TarEntry {
  /** Relative, with `/` between its parts. */
  readonly path: string
  readonly mode: number
  /** Bytes of the content; 0 for what is no file. */
  readonly size: number
  readonly type: 'file' | 'folder' | 'link'
  /** Of a symbolic link. */
  readonly linkTo?: string
}

const block = 512
/** Bytes of the name fields of a ustar header (POSIX.1-1988). */
const nameBytes = 100
const prefixBytes = 155
const typeFlags = { file: '0', link: '2', folder: '5' } as const

const encoder = new TextEncoder()

/** The content of an entry with the zeros after it. */
export const paddedSize = (size: number): number => Math.ceil(size / block) * block

/** What ends a tar. */
export const tarEnd = new Uint8Array(2 * block)

/**
 * The one header of an entry: ustar, no time, no owner, with a pax header only for a path or a link that ustar can't hold.
 */
export function tarHeader({ path, mode, size, type, linkTo = '' }: TarEntry): Uint8Array {
  const bytes = encoder.encode(type === 'folder' ? `${path}/` : path)
  const link = encoder.encode(linkTo)
  const split = splitPath(bytes)
  const records = [
    ...(split ? [] : [paxRecord('path', bytes)]),
    ...(link.length <= nameBytes ? [] : [paxRecord('linkpath', link)]),
  ]
  const own = header({
    ...(split ?? { name: bytes.subarray(0, nameBytes), prefix: new Uint8Array() }),
    ...{ link: link.subarray(0, nameBytes), mode, size, type: typeFlags[type] },
  })
  if (records.length === 0) return own
  const length = records.reduce((sum, record) => sum + record.length, 0)
  const pax = new Uint8Array(block + paddedSize(length) + block)
  const none = new Uint8Array()
  pax.set(header({ name: encoder.encode('PaxHeader'), prefix: none, link: none, mode: 0o644, size: length, type: 'x' }))
  let at = block
  for (const record of records) {
    pax.set(record, at)
    at += record.length
  }
  pax.set(own, pax.length - block)
  return pax
}

/** The two fields that hold a path, divided at the first `/` that lets both fit. */
function splitPath(path: Uint8Array): { name: Uint8Array; prefix: Uint8Array } | undefined {
  if (path.length <= nameBytes) return { name: path, prefix: new Uint8Array() }
  const slash = path.indexOf(0x2f, path.length - nameBytes - 1)
  if (slash <= 0 || slash > prefixBytes || slash === path.length - 1) return undefined
  return { name: path.subarray(slash + 1), prefix: path.subarray(0, slash) }
}

/** `LENGTH key=value\n`, where LENGTH counts itself (POSIX.1-2001 pax). */
function paxRecord(key: string, value: Uint8Array): Uint8Array {
  const name = encoder.encode(` ${key}=`)
  const rest = name.length + value.length + 1
  let length = rest + 1
  while (String(length).length + rest !== length) length = String(length).length + rest
  const record = new Uint8Array(length)
  record.set(encoder.encode(String(length)))
  record.set(name, length - rest)
  record.set(value, length - rest + name.length)
  record[length - 1] = 0x0a
  return record
}

interface HeaderFields {
  readonly name: Uint8Array
  readonly prefix: Uint8Array
  readonly link: Uint8Array
  readonly mode: number
  readonly size: number
  readonly type: string
}

function header({ name, prefix, link, mode, size, type }: HeaderFields): Uint8Array {
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
  bytes.set(link, 157)
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
