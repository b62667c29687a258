import type { StoredLogLine } from '../../domain/log.ts'
import type { LineFilter } from './lineFilter.ts'
import { decodeLine, decodeLines } from './logLine.ts'
import { damaged, type LoadedPiece, type LogPart } from './logPieces.ts'

/** Lines that are decoded at a time, in characters: more than a page needs is rarely decoded. */
const batchSize = 32 * 1024

/** The wanted lines of a piece, in order. @throws HksError STORE_CORRUPT */
export function* linesOf(piece: LoadedPiece, part: LogPart, filter: LineFilter): Generator<StoredLogLine> {
  if (!filter.mayHold(piece.content)) return
  const text = piece.content.toString('utf8')
  const lines = filter.find ? candidates(text, piece, filter.find) : linesAfter(text, piece, part.after)
  for (const line of lines) {
    if (line.seq > part.upTo) return
    if (line.seq > part.after && filter.takes(line)) yield line
  }
}

/** Only the lines in which something is found; the rest is not decoded. */
function* candidates(
  text: string,
  piece: LoadedPiece,
  find: NonNullable<LineFilter['find']>,
): Generator<StoredLogLine> {
  let end = 0
  for (let at = find(text, 0); at >= 0; at = find(text, end)) {
    const start = text.lastIndexOf('\n', at) + 1
    end = lineEnd(text, start)
    const line = text.slice(start, end - 1)
    const decoded = decodeLine(line, Number.parseInt(line.slice('{"seq":'.length), 10))
    if (!decoded) throw damagedAt(piece, text, start)
    yield decoded
  }
}

function* linesAfter(text: string, piece: LoadedPiece, after: number): Generator<StoredLogLine> {
  let start = 0
  let seq = piece.firstSeq
  for (; seq <= after && start < text.length; seq++) start = lineEnd(text, start)
  while (start < text.length) {
    const end = lineEnd(text, Math.min(start + batchSize, text.length - 1))
    const lines = decodeLines(text.slice(start, end), seq)
    yield* lines ?? oneByOne(text, piece, start, end, seq)
    seq += lines?.length ?? 0
    start = end
  }
}

/** Finds the damage: lines before it are as good as ever. */
function* oneByOne(
  text: string,
  piece: LoadedPiece,
  from: number,
  to: number,
  firstSeq: number,
): Generator<StoredLogLine> {
  let start = from
  for (let seq = firstSeq; start < to; seq++) {
    const end = lineEnd(text, start)
    const line = decodeLine(text.slice(start, end - 1), seq)
    if (!line) break
    yield line
    start = end
  }
  throw damagedAt(piece, text, start)
}

/** Behind the end of the line in which `at` is. */
function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end + 1
}

const damagedAt = ({ file, offset }: LoadedPiece, text: string, at: number) =>
  damaged(file, offset + Buffer.byteLength(text.slice(0, at)))
