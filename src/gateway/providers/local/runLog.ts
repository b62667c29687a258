import type { LogStreamName } from '../../../contract/logs.ts'
import type { Clock } from '../../domain/clock.ts'
import type { LogSink } from '../../domain/log.ts'
import type { SplitLine } from '../../platform/splitLines.ts'

/** Where the output of one run goes. */
export interface RunLog {
  write(stream: LogStreamName, lines: readonly SplitLine[]): void
  /** A line of the platform itself. */
  system(text: string): void
}

/** What a run's log needs. */
export interface RunLogOptions {
  readonly logs: LogSink
  readonly clock: Clock
  readonly applicationId: string
  readonly executionId: string
  /** Receives the failure to store a line, once per run. The run goes on. */
  readonly report: (error: unknown) => void
}

/** Appends to the CronJob's log, each line with the run's id. */
export function createRunLog(options: RunLogOptions): RunLog {
  const { logs, clock, applicationId, executionId } = options
  let reported = false
  const write: RunLog['write'] = (stream, lines) => {
    const time = clock.now()
    try {
      logs.append(
        applicationId,
        lines.map(({ text, truncated }) =>
          truncated === undefined
            ? { time, stream, text, executionId }
            : { time, stream, text, executionId, truncated },
        ),
      )
    } catch (error) {
      if (!reported) options.report(error)
      reported = true
    }
  }
  return { write, system: text => write('system', [{ text }]) }
}
