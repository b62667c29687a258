import { createLineSplitter, maxLineBytes, type SplitLine } from '../../../platform/splitLines.ts'

/** A line of a container with the time at which it was written. */
export interface TimedLine {
  /** Epoch milliseconds with a fraction; absent where the kubelet itself says something. */
  readonly time?: number
  /** The time as the kubelet writes it, to the nanosecond. */
  readonly stamp: string
  readonly text: string
  /** Bytes cut off a line above 64 KB. */
  readonly truncated?: number
}

/** RFC 3339 with nanoseconds and a blank stand before each line. */
const stampBytes = 36
/** What the program of a function puts behind each line (docs/runtime-protocol.md, "Logs"), and some more. */
const markBytes = 100
const stamped = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d) /

/** Cuts the bytes of a log that was asked for with `timestamps=true` into lines. */
export function createTimedSplitter() {
  const splitter = createLineSplitter(maxLineBytes + stampBytes + markBytes)
  return {
    push: (chunk: Uint8Array): readonly TimedLine[] => splitter.push(chunk).map(timedLine),
    flush: (): readonly TimedLine[] => splitter.flush().map(timedLine),
  }
}

function timedLine({ text: line, truncated }: SplitLine): TimedLine {
  const cut = truncated === undefined ? {} : { truncated }
  const found = stamped.exec(line)
  if (!found) return { stamp: '', text: line, ...cut }
  const [whole, seconds, fraction = '', zone] = found
  // Date.parse knows milliseconds only.
  const time = Date.parse(`${seconds}${zone}`) + Number(`0${fraction}`) * 1000
  return { time, stamp: whole.trimEnd(), text: line.slice(whole.length), ...cut }
}
