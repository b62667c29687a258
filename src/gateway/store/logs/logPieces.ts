import { type FileHandle, open } from 'node:fs/promises'
import { HksError } from '../../../contract/errors.ts'
import type { LogGap } from '../../domain/log.ts'
import { isMissing, logFailure, segmentFile } from './segmentFiles.ts'
import type { SegmentIndex } from './segmentIndex.ts'

/** One read of the disk takes blocks that follow each other up to about this size. */
const pieceBytes = 256 * 1024

/** A log at one moment. */
export interface LogView {
  readonly folder: string
  /** First number of each segment, ascending. */
  readonly segments: readonly number[]
  readonly lastSeq: number
  /** The index of a segment; `undefined` when it has been removed meanwhile. */
  index(firstSeq: number): Promise<SegmentIndex | undefined>
}

/** Which part of a log may hold what is wanted. */
export interface LogPart {
  readonly after: number
  readonly upTo: number
  readonly since?: number
  readonly executionId?: string
}

/** Some lines of a segment as they are stored. */
export interface LoadedPiece {
  readonly content: Buffer
  readonly firstSeq: number
  readonly file: string
  /** Where it begins in the file. */
  readonly offset: number
}

/** Loaded lines, or numbers whose lines are not there any more. */
export type LogPiece = LoadedPiece | { readonly gap: LogGap }

/** Loads the pieces that may hold wanted lines, one at a time. */
export async function* loadPieces(
  log: LogView,
  part: LogPart,
  direction: 'forwards' | 'backwards',
): AsyncGenerator<LogPiece> {
  const order = <T>(items: readonly T[]): readonly T[] => (direction === 'forwards' ? items : items.toReversed())
  // A segment ends where the next one begins, so most are passed over without a look at their index.
  const segments = log.segments
    .map((firstSeq, at) => ({ firstSeq, nextSeq: log.segments[at + 1] ?? log.lastSeq + 1 }))
    .filter(({ firstSeq, nextSeq }) => nextSeq > part.after + 1 && firstSeq <= part.upTo)
  for (const { firstSeq, nextSeq } of order(segments)) {
    const index = await log.index(firstSeq)
    const handle = index && (await openSegment(segmentFile(log.folder, firstSeq)))
    if (!index || !handle) {
      yield { gap: { from: Math.max(firstSeq, part.after + 1), to: nextSeq - 1 } }
      continue
    }
    yield* loadSegment(handle, segmentFile(log.folder, firstSeq), order(stretchesOf(index, part)))
    if (index.nextSeq < nextSeq) yield { gap: { from: Math.max(index.nextSeq, part.after + 1), to: nextSeq - 1 } }
  }
}

interface Stretch {
  readonly offset: number
  readonly end: number
  readonly firstSeq: number
}

/** The blocks that are wanted; what follows each other is one stretch until it is large enough. */
function stretchesOf(index: SegmentIndex, part: LogPart): Stretch[] {
  const all: readonly [number, number] = [0, index.blocks.length - 1]
  const range = part.executionId === undefined ? all : index.executions.get(part.executionId)
  if (!range) return []
  const stretches: Stretch[] = []
  for (let at = range[0]; at <= range[1]; at++) {
    const block = index.blocks[at]!
    const next = index.blocks[at + 1]
    if ((next?.firstSeq ?? index.nextSeq) <= part.after + 1 || block.firstSeq > part.upTo) continue
    if (part.since !== undefined && block.maxTime < part.since) continue
    const end = next?.offset ?? index.bytes
    const last = stretches.at(-1)
    if (last?.end === block.offset && end - last.offset <= pieceBytes)
      stretches[stretches.length - 1] = { ...last, end }
    else stretches.push({ offset: block.offset, end, firstSeq: block.firstSeq })
  }
  return stretches
}

/** Retention may remove a segment between two pieces: its lines are gone, which is no failure. */
const openSegment = (file: string): Promise<FileHandle | undefined> =>
  open(file).catch((error: unknown) => {
    if (isMissing(error)) return undefined
    throw logFailure(file, error)
  })

async function* loadSegment(
  handle: FileHandle,
  file: string,
  stretches: readonly Stretch[],
): AsyncGenerator<LoadedPiece> {
  try {
    for (const { offset, end, firstSeq } of stretches) {
      const content = Buffer.allocUnsafe(end - offset)
      const { bytesRead } = await handle.read(content, 0, content.length, offset)
      if (bytesRead < content.length) throw damaged(file, offset + bytesRead)
      yield { content, firstSeq, file, offset }
    }
  } finally {
    await handle.close()
  }
}

/** What is stored is not what was written. */
export const damaged = (file: string, offset: number) =>
  new HksError('STORE_CORRUPT', `The log file ${file} is damaged near byte ${offset}.`, {
    details: { file, offset },
    hint: 'Lines after that place can be read with "after" or "tail".',
  })
