import type { LogStreamName } from '../../contract/logs.ts'

/** A line as its source hands it over. `time` is epoch milliseconds and may have a fraction. */
export interface NewLogLine {
  readonly time: number
  readonly stream: LogStreamName
  readonly text: string
  readonly executionId?: string
  readonly invocationId?: string
  /** Bytes cut off a line above 64 KB. */
  readonly truncated?: number
}

/** A stored line; `seq` begins at 1 and grows by one for each line of an application. */
export interface StoredLogLine extends NewLogLine {
  readonly seq: number
}

/** Lines whose text contains `text`, letter by letter; a pattern language would let one request take any time. */
export interface LogGrep {
  readonly text: string
  readonly ignoreCase?: boolean
}

/** Which lines to read, oldest first. `tail` counts from the end of what the other conditions select. */
export interface LogSelection {
  readonly after?: number
  readonly since?: number
  readonly tail?: number
  /** With `tail`: count from the line before this number. The read goes on past it. */
  readonly before?: number
  readonly limit?: number
  readonly executionId?: string
  readonly invocationId?: string
  readonly grep?: LogGrep
  /** Bytes of the log to look at, about; the read then ends with `more`. Any number unless said. */
  readonly work?: number
}

/** What to select, in place of `after`, `tail` and `before`, so that a read goes on where another ended. */
export type LogPosition =
  | { readonly after: number }
  | { readonly after: number; readonly tail: number; readonly before: number }

/** Numbers, both inclusive, whose lines are not kept any more. */
export interface LogGap {
  readonly from: number
  readonly to: number
}

/** What a read gives: the lines, whether there is more to look at after them, and where. */
export interface LogRead {
  readonly lines: readonly StoredLogLine[]
  readonly more: boolean
  readonly next: LogPosition
  /** Lines after the one asked for that retention has removed; they would stand before `lines`. */
  readonly gap?: LogGap
}

/** Where providers put lines. One log per application. */
export interface LogSink {
  /**
   * Appends in order and answers the number of the last line; the lines are in the operating system's hands then.
   * What a full disk does not take is lost; the log says so where it goes on. @throws HksError STORE_FAILED
   */
  append(applicationId: string, lines: readonly NewLogLine[]): number
}

/** Where readers take lines from. */
export interface LogSource {
  read(applicationId: string, selection: LogSelection): Promise<LogRead>
  /** Calls back when lines were appended; the reader then reads on from its own position. Dispose to stop. */
  onAppend(applicationId: string, callback: () => void): Disposable
}

/** Log storage: both roles, and the removal of an application's log. */
export interface LogStore extends LogSink, LogSource {
  remove(applicationId: string): Promise<void>
}
