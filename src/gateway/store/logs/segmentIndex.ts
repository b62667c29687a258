import type { NewLogLine } from '../../domain/log.ts'
import { decodeLine } from './logLine.ts'

/** Bytes after which a block ends: what is looked through to find a line. */
export const blockBytes = 64 * 1024

/** A stretch of a segment. */
export interface Block {
  readonly offset: number
  readonly firstSeq: number
  /** The latest time of any of its lines: times need not grow. */
  maxTime: number
}

/** Where the lines of one segment file are. It grows while the segment does. */
export interface SegmentIndex {
  readonly firstSeq: number
  nextSeq: number
  bytes: number
  readonly blocks: Block[]
  /** First and last block that hold lines of an execution. */
  readonly executions: Map<string, [first: number, last: number]>
}

/** The index of a segment without lines. */
export const emptyIndex = (firstSeq: number): SegmentIndex => ({
  firstSeq,
  nextSeq: firstSeq,
  bytes: 0,
  blocks: [],
  executions: new Map(),
})

/** Records that these lines, `bytes` bytes together, follow the last one. A block holds all of them. */
export function addLines(index: SegmentIndex, lines: readonly NewLogLine[], bytes: number): void {
  let block = index.blocks.at(-1)
  if (block === undefined || index.bytes - block.offset >= blockBytes) {
    block = { offset: index.bytes, firstSeq: index.nextSeq, maxTime: -Infinity }
    index.blocks.push(block)
  }
  const last = index.blocks.length - 1
  let known: string | undefined
  for (const { time, executionId } of lines) {
    if (time > block.maxTime) block.maxTime = time
    if (executionId === undefined || executionId === known) continue
    known = executionId
    const range = index.executions.get(executionId)
    if (range) range[1] = last
    else index.executions.set(executionId, [last, last])
  }
  index.nextSeq += lines.length
  index.bytes += bytes
}

/** Indexes a segment up to its first line that is torn or out of order; `bytes` says how far it is good. */
export function indexSegment(content: Buffer, firstSeq: number): SegmentIndex {
  const index = emptyIndex(firstSeq)
  for (let end = content.indexOf(10); end !== -1; end = content.indexOf(10, index.bytes)) {
    const line = decodeLine(content.toString('utf8', index.bytes, end), index.nextSeq)
    if (!line) break
    addLines(index, [line], end + 1 - index.bytes)
  }
  return index
}

/** The index as the file beside a finished segment holds it. */
export const encodeIndex = (index: SegmentIndex): string =>
  JSON.stringify({ ...index, executions: [...index.executions] })

/** Reads {@link encodeIndex}; `undefined` when the text was cut off. */
export function decodeIndex(text: string): SegmentIndex | undefined {
  try {
    const stored = JSON.parse(text) as Omit<SegmentIndex, 'executions'> & {
      executions: [string, [number, number]][]
    }
    return { ...stored, executions: new Map(stored.executions) }
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
