import { open } from 'node:fs/promises'
import { HksError } from '../../../contract/errors.ts'
import type { LogRead, LogSelection, StoredLogLine } from '../../domain/log.ts'
import { isMissing, logFailure, segmentFile } from './segmentFiles.ts'
import { decodeLine, type SegmentIndex } from './segmentIndex.ts'

/** Lines of a read that names no limit. */
const defaultLimit = 10_000

/** A read ends after this many bytes of lines (of up to 64 KB each), whatever its limit. */
const readBytes = 8 * 1024 * 1024

/** A log at one moment. */
export interface LogView {
  readonly folder: string
  /** First number of each segment, ascending. */
  readonly segments: readonly number[]
  readonly lastSeq: number
  /** The index of a segment; `undefined` when it has been removed meanwhile. */
  index(firstSeq: number): Promise<SegmentIndex | undefined>
}

interface Wanted extends LogSelection {
  readonly after: number
  readonly upTo: number
}

interface LoadedBlock {
  readonly content: Buffer
  readonly firstSeq: number
  readonly file: string
}

interface Found {
  readonly line: StoredLogLine
  readonly bytes: number
}

/** Reads what a selection asks for; memory is bounded by a page and a block. */
export async function readLog(log: LogView, selection: LogSelection): Promise<LogRead> {
  const { tail, limit = defaultLimit, ...conditions } = selection
  const all: Wanted = { ...conditions, after: selection.after ?? 0, upTo: log.lastSeq }
  const after = tail === undefined ? all.after : await beforeTail(log, all, tail)
  const lines: StoredLogLine[] = []
  let bytes = 0
  for await (const block of loadBlocks(log, { ...all, after }, 'forwards')) {
    for (const found of matches(block, { ...all, after })) {
      if (lines.length >= limit || (bytes > readBytes && lines.length > 0)) return { lines, more: true }
      lines.push(found.line)
      bytes += found.bytes
    }
  }
  return { lines, more: false }
}

/** The number after which exactly the last `tail` of the wanted lines come. */
async function beforeTail(log: LogView, wanted: Wanted, tail: number): Promise<number> {
  if (tail === 0) return log.lastSeq
  const { since, executionId, invocationId } = wanted
  if (since === undefined && executionId === undefined && invocationId === undefined) {
    return Math.max(wanted.after, wanted.upTo - tail)
  }
  let missing = tail
  for await (const block of loadBlocks(log, wanted, 'backwards')) {
    const seqs = [...matches(block, wanted)].map(found => found.line.seq)
    const first = seqs.at(-missing)
    if (first !== undefined && seqs.length >= missing) return first - 1
    missing -= seqs.length
  }
  return wanted.after
}

/** Loads the blocks that may hold wanted lines, one at a time. */
async function* loadBlocks(
  log: LogView,
  wanted: Wanted,
  direction: 'forwards' | 'backwards',
): AsyncGenerator<LoadedBlock> {
  const order = <T>(items: readonly T[]): readonly T[] => (direction === 'forwards' ? items : items.toReversed())
  // A segment ends where the next one begins, so most are passed over without a look at their index.
  const segments = log.segments.filter((_, at) => (log.segments[at + 1] ?? Infinity) > wanted.after + 1)
  for (const firstSeq of order(segments)) {
    const index = await log.index(firstSeq)
    const blocks = index ? blocksOf(index, wanted) : []
    if (blocks.length > 0) yield* loadSegment(segmentFile(log.folder, firstSeq), order(blocks))
  }
}

interface Stretch {
  readonly offset: number
  readonly end: number
  readonly firstSeq: number
}

function blocksOf(index: SegmentIndex, wanted: Wanted): Stretch[] {
  const all: readonly [number, number] = [0, index.blocks.length - 1]
  const range = wanted.executionId === undefined ? all : index.executions.get(wanted.executionId)
  if (!range) return []
  const stretches: Stretch[] = []
  for (let at = range[0]; at <= range[1]; at++) {
    const block = index.blocks[at]!
    const next = index.blocks[at + 1]
    const nextSeq = next?.firstSeq ?? index.nextSeq
    if (nextSeq <= wanted.after + 1 || block.firstSeq > wanted.upTo) continue
    if (wanted.since !== undefined && block.maxTime < wanted.since) continue
    stretches.push({ offset: block.offset, end: next?.offset ?? index.bytes, firstSeq: block.firstSeq })
  }
  return stretches
}

async function* loadSegment(file: string, stretches: readonly Stretch[]): AsyncGenerator<LoadedBlock> {
  const handle = await open(file).catch((error: unknown) => {
    // Retention may remove a segment between two blocks: its lines are gone, which is no failure.
    if (isMissing(error)) return undefined
    throw logFailure(file, error)
  })
  if (!handle) return
  try {
    for (const { offset, end, firstSeq } of stretches) {
      const content = Buffer.allocUnsafe(end - offset)
      const { bytesRead } = await handle.read(content, 0, content.length, offset)
      if (bytesRead < content.length) throw damaged(file, offset + bytesRead)
      yield { content, firstSeq, file }
    }
  } finally {
    await handle.close()
  }
}

/** The wanted lines of a block, in order. */
function* matches({ content, firstSeq, file }: LoadedBlock, wanted: Wanted): Generator<Found> {
  if (wanted.invocationId !== undefined && !content.includes(wanted.invocationId)) return
  let start = 0
  for (let seq = firstSeq; start < content.length && seq <= wanted.upTo; seq++) {
    const end = content.indexOf(10, start)
    const bytes = end + 1 - start
    if (seq > wanted.after) {
      const line = decodeLine(content.toString('utf8', start, end), seq)
      if (!line) throw damaged(file, start)
      if (isWanted(line, wanted)) yield { line, bytes }
    }
    start += bytes
  }
}

const isWanted = (line: StoredLogLine, { since, executionId, invocationId }: Wanted): boolean =>
  (since === undefined || line.time >= since) &&
  (executionId === undefined || line.executionId === executionId) &&
  (invocationId === undefined || line.invocationId === invocationId)

const damaged = (file: string, offset: number) =>
  new HksError('STORE_CORRUPT', `The log file ${file} is damaged near byte ${offset}.`, {
    details: { file, offset },
    hint: 'Lines after that place can be read with "after" or "tail".',
  })
