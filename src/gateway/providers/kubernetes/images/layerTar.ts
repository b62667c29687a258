import { paddedSize, tarEnd, tarHeader } from '../../../../base/tarHeader.ts'
import { HksError } from '../../../../contract/errors.ts'
import type { LayerEntry } from './image.ts'

/** Small pieces are gathered to this size: each one costs a turn of what takes them. */
const gatheredBytes = 64 * 1024

/**
 * The one tar of a set of entries: sorted by path, with every folder, no time, no owner, modes 644 and 755. It is made while
 * it is read, so that a layer of any size takes little memory.
 * @throws HksError INVALID_SOURCE for paths that collide, and for a file that is not as long as it was
 */
export function tarOf(entries: readonly LayerEntry[]): AsyncGenerator<Uint8Array> {
  return gathered(piecesOf(entries))
}

async function* piecesOf(entries: readonly LayerEntry[]): AsyncGenerator<Uint8Array> {
  for (const entry of withFolders(entries)) {
    if (typeof entry === 'string') {
      yield tarHeader({ path: entry, mode: 0o755, size: 0, type: 'folder' })
    } else if ('linkTo' in entry) {
      yield tarHeader({ path: entry.path, mode: 0o777, size: 0, type: 'link', linkTo: entry.linkTo })
    } else {
      const { path, executable, size } = entry
      yield tarHeader({ path, mode: executable ? 0o755 : 0o644, size, type: 'file' })
      let read = 0
      for await (const chunk of entry.open() as AsyncIterable<Uint8Array>) {
        read += chunk.length
        if (read > size) throw changed(path)
        yield chunk
      }
      if (read < size) throw changed(path)
      yield new Uint8Array(paddedSize(size) - size)
    }
  }
  yield tarEnd
}

const isBoth = 'is a file and a folder at once'

/** The folders above the entries as paths, and the entries, each after what it is in. */
function withFolders(entries: readonly LayerEntry[]): readonly (string | LayerEntry)[] {
  const all = new Map<string, string | LayerEntry>()
  for (const entry of entries) {
    const parts = entry.path.split('/')
    if (parts.some(part => part === '' || part === '.' || part === '..') || entry.path.includes('\0')) {
      throw refused(entry.path, 'is no path within an image')
    }
    const same = all.get(entry.path)
    if (same !== undefined) throw refused(entry.path, typeof same === 'string' ? isBoth : 'is there twice')
    all.set(entry.path, entry)
    for (let end = parts.length - 1; end > 0; end--) {
      const folder = parts.slice(0, end).join('/')
      const there = all.get(folder)
      if (there !== undefined && typeof there !== 'string') throw refused(folder, isBoth)
      all.set(folder, folder)
    }
  }
  return [...all].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, entry]) => entry)
}

async function* gathered(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = []
  let size = 0
  for await (const piece of pieces) {
    if (piece.length === 0) continue
    waiting.push(piece)
    size += piece.length
    if (size < gatheredBytes) continue
    yield waiting.length === 1 ? piece : Buffer.concat(waiting)
    waiting = []
    size = 0
  }
  if (size > 0) yield Buffer.concat(waiting)
}

const refused = (path: string, problem: string) =>
  new HksError('INVALID_SOURCE', `source: "${path}" ${problem}.`, {
    details: { field: 'source', entry: path },
    hint: 'Nothing was replaced. Rename or remove it, then deploy again.',
  })

const changed = (path: string) =>
  new HksError('INVALID_SOURCE', `source: "${path}" changed while it was packed.`, {
    details: { field: 'source', entry: path },
    hint: 'Nothing was replaced. Deploy again.',
  })
