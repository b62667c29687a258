import type { NewLogLine, StoredLogLine } from '../../domain/log.ts'

/** Bytes after which a block ends: one read of the disk, and at most this much is parsed to find a line. */
const blockBytes = 64 * 1024

/** A stretch of a segment that is read as one piece. */
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

/** Records that a line of `bytes` bytes follows the last one. */
export function addLine(index: SegmentIndex, line: NewLogLine, bytes: number): void {
  let block = index.blocks.at(-1)
  if (block === undefined || index.bytes - block.offset >= blockBytes) {
    block = { offset: index.bytes, firstSeq: index.nextSeq, maxTime: line.time }
    index.blocks.push(block)
  }
  block.maxTime = Math.max(block.maxTime, line.time)
  if (line.executionId !== undefined) {
    const last = index.blocks.length - 1
    const range = index.executions.get(line.executionId)
    if (range) range[1] = last
    else index.executions.set(line.executionId, [last, last])
  }
  index.nextSeq++
  index.bytes += bytes
}

/** A line as it stands in a segment: one JSON object, readable with any tool. */
export function encodeLine(line: NewLogLine, seq: number): string {
  const execution = line.executionId === undefined ? '' : `,"executionId":${JSON.stringify(line.executionId)}`
  const invocation = line.invocationId === undefined ? '' : `,"invocationId":${JSON.stringify(line.invocationId)}`
  const truncated = line.truncated === undefined ? '' : `,"truncated":${line.truncated}`
  const head = `{"seq":${seq},"time":${line.time},"stream":"${line.stream}"${execution}${invocation}${truncated}`
  return `${head},"text":${JSON.stringify(line.text)}}\n`
}

/** The line with this number, or `undefined` when the text is anything else. */
export function decodeLine(text: string, seq: number): StoredLogLine | undefined {
  if (!text.startsWith(`{"seq":${seq},`)) return undefined
  try {
    return JSON.parse(text) as StoredLogLine
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Indexes a segment up to its first line that is torn or out of order; `bytes` says how far it is good. */
export function indexSegment(content: Buffer, firstSeq: number): SegmentIndex {
  const index = emptyIndex(firstSeq)
  for (let end = content.indexOf(10); end !== -1; end = content.indexOf(10, index.bytes)) {
    const line = decodeLine(content.toString('utf8', index.bytes, end), index.nextSeq)
    if (!line) break
    addLine(index, line, end + 1 - index.bytes)
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
