import type { LogSink, NewLogLine } from './log.ts'

/** The log of functions: what their code prints, and the platform's own words. */
export interface FunctionLog {
  /** Lines of the code. */
  write(functionId: string, lines: readonly NewLogLine[]): void
  /** Lines of an exception's stack. */
  trace(functionId: string, lines: readonly string[]): void
  /** A line of the platform. */
  system(functionId: string, text: string): void
}

/** Writes to the log store. A failure to write is reported, not thrown: the function goes on. */
export function createFunctionLog(sink: LogSink, now: () => number, report: (error: unknown) => void): FunctionLog {
  const append = (functionId: string, lines: readonly NewLogLine[]) => {
    try {
      sink.append(functionId, lines)
    } catch (error) {
      report(error)
    }
  }
  return {
    write: append,
    trace: (functionId, lines) =>
      append(
        functionId,
        lines.map(text => ({ time: now(), stream: 'stderr', text })),
      ),
    system: (functionId, text) => append(functionId, [{ time: now(), stream: 'system', text }]),
  }
}
