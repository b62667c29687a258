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

/** Which lines to read, oldest first. `tail` counts from the end of what the other conditions select. */
export interface LogSelection {
  readonly after?: number
  readonly since?: number
  readonly tail?: number
  readonly limit?: number
  readonly executionId?: string
  readonly invocationId?: string
}

/** What a read gives: the lines, and whether more are stored after the last one. */
export interface LogRead {
  readonly lines: readonly StoredLogLine[]
  readonly more: boolean
}

/** Where providers put lines. One log per application. */
export interface LogSink {
  /** Appends in order; the lines are in the operating system's hands when it returns. */
  append(applicationId: string, lines: readonly NewLogLine[]): readonly StoredLogLine[]
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
