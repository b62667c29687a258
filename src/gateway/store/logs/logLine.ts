import type { NewLogLine, StoredLogLine } from '../../domain/log.ts'

/** Lines as they stand in a segment: one JSON object each, readable with any tool. */
export interface EncodedLines {
  readonly text: string
  /** How many lines the text holds; at least one. */
  readonly count: number
}

/** Encodes lines from `from` on, numbered from `seq` on, until the text has about `size` characters. */
export function encodeLines(lines: readonly NewLogLine[], from: number, seq: number, size: number): EncodedLines {
  let text = ''
  let head = ''
  let at = from
  do {
    const line = lines[at]!
    // The lines of one chunk differ in number and text alone.
    if (at === from || !sameSource(line, lines[at - 1]!)) head = encodeSource(line)
    text += `{"seq":${seq + at - from}${head}${JSON.stringify(line.text)}}\n`
    at += 1
  } while (at < lines.length && text.length < size)
  return { text, count: at - from }
}

const sameSource = (one: NewLogLine, other: NewLogLine): boolean =>
  one.time === other.time &&
  one.stream === other.stream &&
  one.executionId === other.executionId &&
  one.invocationId === other.invocationId &&
  one.truncated === other.truncated

function encodeSource(line: NewLogLine): string {
  const execution = line.executionId === undefined ? '' : `,"executionId":${JSON.stringify(line.executionId)}`
  const invocation = line.invocationId === undefined ? '' : `,"invocationId":${JSON.stringify(line.invocationId)}`
  const truncated = line.truncated === undefined ? '' : `,"truncated":${line.truncated}`
  return `,"time":${line.time},"stream":"${line.stream}"${execution}${invocation}${truncated},"text":`
}

/** The line with this number, or `undefined` when the text is anything else. */
export function decodeLine(text: string, seq: number): StoredLogLine | undefined {
  if (!text.startsWith(`{"seq":${seq},`)) return undefined
  return parse<StoredLogLine>(text)
}

/** Lines that follow each other, each with its end; `undefined` when one of them is anything else. */
export function decodeLines(text: string, firstSeq: number): readonly StoredLogLine[] | undefined {
  // A line end stands between two lines only: within one, JSON escapes it.
  const lines = parse<StoredLogLine[]>(`[${text.slice(0, -1).replaceAll('\n', ',')}]`)
  return lines?.every((line, at) => line.seq === firstSeq + at) ? lines : undefined
}

function parse<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
