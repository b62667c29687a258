import type { LogGap, LogPosition, LogRead, LogSelection, StoredLogLine } from '../../domain/log.ts'
import { createLineFilter, type LineFilter } from './lineFilter.ts'
import { loadPieces, type LogPart, type LogView } from './logPieces.ts'
import { linesOf } from './pieceLines.ts'

/** Lines of a read that names no limit. */
const defaultLimit = 10_000

/** A read ends after this many characters of lines (of up to 64 KB each), whatever its limit. */
const readSize = 8 * 1024 * 1024

type Wanted = LogSelection & LogPart

/**
 * Reads what a selection asks for; memory is bounded by a page and a piece. Where a tail begins is looked for from the
 * end backwards, as far as `work` goes; then lines are read forwards, again as far as `work` goes.
 */
export async function readLog(log: LogView, selection: LogSelection): Promise<LogRead> {
  const filter = createLineFilter(selection)
  const wanted: Wanted = { ...selection, after: selection.after ?? 0, upTo: log.lastSeq }
  if (selection.tail === undefined) return readForwards(log, wanted, filter)
  const start = await beginningOfTail(log, wanted, filter, selection.tail)
  if ('tail' in start) return { lines: [], more: true, next: start }
  return readForwards(log, { ...wanted, ...start }, filter)
}

async function readForwards(log: LogView, wanted: Wanted, filter: LineFilter): Promise<LogRead> {
  const { limit = defaultLimit, work = Infinity } = wanted
  const lines: StoredLogLine[] = []
  let gap = gapBefore(log, wanted)
  let size = 0
  let looked = 0
  const end = (more: boolean, after: number): LogRead => ({ lines, more, next: { after }, ...(gap && { gap }) })
  for await (const piece of loadPieces(log, wanted, 'forwards')) {
    if ('gap' in piece) {
      // A gap is told before lines only: behind some, the next read begins with it.
      if (lines.length > 0 || (gap && gap.to + 1 < piece.gap.from)) return end(true, piece.gap.from - 1)
      gap = { from: gap?.from ?? piece.gap.from, to: piece.gap.to }
      continue
    }
    if (looked >= work) return end(true, piece.firstSeq - 1)
    for (const line of linesOf(piece, wanted, filter)) {
      if (lines.length >= limit || size > readSize) return end(true, lines.at(-1)?.seq ?? wanted.after)
      lines.push(line)
      size += line.text.length
    }
    looked += piece.content.length
  }
  return end(false, Math.max(wanted.after, wanted.upTo))
}

/** One who goes on from a number is told what was removed meanwhile; one who begins takes what there is. */
function gapBefore(log: LogView, { after }: Wanted): LogGap | undefined {
  const oldest = log.segments[0] ?? 1
  return after > 0 && oldest > after + 1 ? { from: after + 1, to: oldest - 1 } : undefined
}

/** The number after which the last `tail` of the wanted lines come, or how to go on looking for it. */
async function beginningOfTail(log: LogView, wanted: Wanted, filter: LineFilter, tail: number): Promise<LogPosition> {
  const upTo = Math.min(wanted.upTo, (wanted.before ?? Infinity) - 1)
  if (tail === 0) return { after: Math.max(wanted.after, upTo) }
  if (filter.takesAll) return { after: Math.max(wanted.after, upTo - tail) }
  let missing = tail
  let looked = 0
  let before = upTo + 1
  for await (const piece of loadPieces(log, { ...wanted, upTo }, 'backwards')) {
    if ('gap' in piece) continue
    if (looked >= (wanted.work ?? Infinity)) return { after: wanted.after, tail: missing, before }
    const seqs = [...linesOf(piece, { ...wanted, upTo }, filter)].map(line => line.seq)
    if (seqs.length >= missing) return { after: seqs.at(-missing)! - 1 }
    missing -= seqs.length
    before = piece.firstSeq
    looked += piece.content.length
  }
  return { after: wanted.after }
}
